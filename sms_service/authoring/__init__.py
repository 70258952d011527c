"""What the people who write flows use: reading flow files, checking them, playing them."""
