"""What the people who write flows do with them on a service: play them, publish them, draw them, count what they cost."""
