"""The contract of a gateway that keeps the pictures of messages: fetch one by its address, and have it deleted there."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from msgspec import Struct

from sms_service.channels.base import Refused


class Fetched(Struct, frozen=True):
    """The file as it came, at most `most` bytes; of what kind it is, only its bytes tell."""

    data: bytes


class TooLarge(Struct, frozen=True):
    """The file has more bytes than were asked for; nothing of it was kept."""


class Media(Protocol):
    """The pictures of one gateway."""

    def holds(self, address: str) -> bool:
        """Whether this address is one of its pictures. No other is ever asked for."""

    def fetch(self, address: str, most: int) -> Fetched | TooLarge | Refused:
        """The picture; never raises. Refused.again: it may come later."""

    def discard(self, address: str) -> Refused | None:
        """Has it deleted; None: it is gone. Never raises."""


@runtime_checkable
class HasMedia(Protocol):
    """A channel whose gateway keeps pictures."""

    @property
    def media(self) -> Media:
        """Its pictures."""
