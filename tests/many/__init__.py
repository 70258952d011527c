"""Enrolments by the thousand: people who answer what they get, gateways that misbehave, a book of what was said."""
