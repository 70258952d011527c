"""Faults of the wire and of the disk, between the real processes and what they need."""
