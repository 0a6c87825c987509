"""The figures of a fair that stand an audit, the records behind each, and the statement in the form of UFI."""
