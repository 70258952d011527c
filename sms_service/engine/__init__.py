"""PURE: no I/O, no clock, no network, no YAML, no SQL. Flows, sessions, and the one function that steps them."""
