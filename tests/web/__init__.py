"""The web part, asked over real HTTP: granian as it runs in production, on a free port."""
