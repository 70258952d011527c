"""Tests of the channels; conformance.py is the suite that each of them must pass."""
