"""A stateful model: Hypothesis plays people, gateways, crashes and lost Redises against a model that knows what is right."""
