"""Several machines on one: web and workers, PostgreSQL with its standby, Valkey with its sentinels, each cut off or killed."""
