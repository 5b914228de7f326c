"""The command line and everything that leaves the machine."""
