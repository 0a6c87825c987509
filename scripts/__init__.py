"""What the Makefile calls: set up, run, check. Only the standard library, since nothing is installed yet."""
