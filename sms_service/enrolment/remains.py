"""What becomes of each table when a person is forgotten. A table that stands in none of these has no decision yet.

What is sealed under her key is noise from the moment that she is forgotten, in every table and backup. This says what is
done besides: some of it is deleted or emptied, some stays as it is, because it proves something.
"""

from __future__ import annotations

ERASED = {
    "person": "the number and the key go; her row stays, with the keyed hash by which nobody enters her again",
    "enroler": "retired, the name emptied; whom she entered stays",
    "registration": "what was entered is emptied; reference, area and times stay, for the figures",
    "hold": "the detail and her unread texts are emptied; which rule spoke up stays, for the figures",
    "refusal": "deleted where she asked for it; else her no and a wrong number stay as keyed hashes: nobody asks again",
    "photo": "deleted; its address at the gateway stays until the file is deleted there",
    "card": "revoked, link and pictures emptied",
    "turn": "texts and dialogues are emptied, hers and what others said of her; that there was a turn stays, for the dedupe",
    "timer": "deleted",
    "outbox": "texts and hashes are emptied, what has not left is dropped; that there was a message stays, for the accounts",
    "delivery_report": "deleted",
    "moved_registration": "that a registration was hers by mistake is deleted; numbers of rows, nobody's data",
    "erasure": "deleted, when the copies outside of SQL are",
    "search": "deleted, when others' texts were looked through",
}

KEPT = {
    "consent": "the proof of each figure; what was shown and answered nobody can read",
    "member": "withdrawn; the number and its times, for the figures",
    "card_change": "what became of a card; the reason nobody can read",
    "missed_call": "that a phone rang, and when; whose, nobody can tell",
    "fee_receipt": "the accounts",
}

NOBODYS = {
    "area", "tally", "tally_change", "ledger_link", "ledger_head", "flow_version", "publication", "installation", "notice",
    "gateway_fault", "channel_log", "dlt_refusal", "quiet_window", "gateway_down",
}  # fmt: skip
"""Tables that nothing about a single person is in."""
