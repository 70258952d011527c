"""The workers: what goes on behind the answers. Each runs as a process of its own (Procfile)."""
