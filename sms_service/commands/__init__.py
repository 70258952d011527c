"""The parts of the command line that are too long for cli.py."""
