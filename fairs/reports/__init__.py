"""The plan of the year against what happened. Reads everything, writes nothing."""
