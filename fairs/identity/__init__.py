"""Identity documents of people: encrypted, read by few, each reading logged, removed when they are not needed any more."""
