"""`make fuzz`: Schemathesis on every address, against real web processes. docs/reliability.md tells what it does."""
