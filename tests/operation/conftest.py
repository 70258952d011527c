"""What is killed and stopped here, as in the crash tests."""

from tests.crash.conftest import own_postgres, own_valkey

__all__ = ["own_postgres", "own_valkey"]
