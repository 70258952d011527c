"""Reading a registration that came as one line of SMS, in whatever order and spelling."""
