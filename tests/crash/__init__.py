"""Nothing is lost and nothing is doubled: kill -9, lost Redis, stopped SQL, repeated webhooks, gateways that fall silent."""
