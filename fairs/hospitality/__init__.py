"""Travel of foreign guests: one screen for each guest, flights both ways, arrivals and departures, transfers."""
