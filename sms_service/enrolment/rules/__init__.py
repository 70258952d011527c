"""The rules on mistakes and fraud: what an entry meets when it is saved, and a reply when it came. Importing this package
registers all of them; docs/rules.md tells each."""

from __future__ import annotations

from sms_service.enrolment.rules import counts, identity, one_time_passwords, replies
from sms_service.enrolment.rules.registry import RULES, Entry, Found, Reply, Rule, on_entry, on_reply

__all__ = [
    "RULES", "Entry", "Found", "Reply", "Rule", "counts", "identity", "on_entry", "on_reply",
    "one_time_passwords", "replies",
]  # fmt: skip
