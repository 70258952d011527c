"""The tests mirror the package; tests/gateways/ are the stand-ins of the gateways."""
