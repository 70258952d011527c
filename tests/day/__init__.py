"""What the scripted day of enrolers is made of: a country, a crowd, an independent book of what should come of it."""
