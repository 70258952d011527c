"""The service under an even load for long: does anything grow that should not?"""
