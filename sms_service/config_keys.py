"""The service keys: from the environment, else from a file of this machine that is made once."""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import secrets

from sms_service.config import PREFIX, Config, ConfigError


def service_keys(config: Config) -> tuple[bytes, ...]:
    """The master keys of privacy.py, separated by commas: the first one wraps, the others only open. From the environment,
    else from data_dir/service.key (mode 600), where one is made once.

    Raises ConfigError. Several machines that share a database need the same keys; store/installation.py sees to it.
    """
    if config.privacy.key:
        return _decode_keys(config.privacy.key, f"{PREFIX}PRIVACY__KEY")
    file = config.data_dir / "service.key"
    config.data_dir.mkdir(parents=True, exist_ok=True)
    fresh = config.data_dir / f"service.key.{os.getpid()}"
    if not file.exists():
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(base64.b64encode(secrets.token_bytes(32)) + b"\n")
            out.flush()
            os.fsync(out.fileno())
        with contextlib.suppress(FileExistsError):  # two processes that start together agree on the key linked first
            os.link(fresh, file)
        fresh.unlink()
    return _decode_keys(file.read_text(), str(file))


def _decode_keys(text: str, source: str) -> tuple[bytes, ...]:
    keys = tuple(_decode_key(one.strip(), source) for one in text.split(","))
    if len(set(keys)) < len(keys):
        raise ConfigError(f"{source}: the same key stands there twice")
    return keys


def _decode_key(text: str, source: str) -> bytes:
    try:
        key = bytes.fromhex(text) if len(text) == 64 else base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise ConfigError(f"{source}: the key is neither base64 nor hex") from error
    if len(key) != 32:
        raise ConfigError(f"{source}: the key has {len(key)} bytes, it needs 32")
    return key
