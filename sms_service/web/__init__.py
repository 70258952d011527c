"""The web process: hooks for the gateways, card pages for people, the handset, health for operators."""
