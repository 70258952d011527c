"""The domain: areas, enrolers, registrations, members, consents, cards, and the effects by which flows reach them."""
