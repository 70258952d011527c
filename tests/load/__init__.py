"""What every load has: messages that are posted as gateways post them."""
