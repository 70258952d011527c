"""The law's notice: what is done with people's data, in their languages; every wording that was in force is kept.

Ours lie in `notices/`, one file a language; the office puts its own in their place (setting `notice.text`). It has to say
what India's DPDP Act 2023 (sections 5 and 6), Kenya's Data Protection Act 2019 (section 29) and the GDPR (article 13) ask for.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from sms_service.config import Config, ConfigError
from sms_service.store.tables import notice

OURS = Path(__file__).parent / "notices"

FALLBACK = "en"
"""Whoever reads a language without a notice of its own gets this one."""

ENDINGS = (".txt", ".md")

TEXT_MAX = 24_000
"""Bytes of one notice in UTF-8, so that its page stays under 30 kB: more loads too long on an old phone."""

LANGUAGE = re.compile(r"[a-z]{2,3}")


class Wording(NamedTuple):
    """One wording: the text as people read it, its language and hash, and since when it is in force (seconds since 1970)."""

    hash: str
    language: str
    text: str
    since: float


def texts(config: Config) -> dict[str, str]:
    """The notice by language, with what the settings say filled in. Raises ConfigError for an unusable one."""
    written = {file.stem: file.read_text(encoding="utf-8") for file in sorted(OURS.glob("*.txt"))}
    if config.notice.text:
        written |= _own(Path(config.notice.text))
    values = _values(config)
    return {language: _filled(text, values) for language, text in sorted(written.items())}


def _own(folder: Path) -> dict[str, str]:
    """The office's: `hi.txt` or `hi.md` is the one in Hindi. Raises ConfigError."""
    files = [file for file in sorted(folder.glob("*")) if file.suffix in ENDINGS and LANGUAGE.fullmatch(file.stem)]
    if not files:
        raise ConfigError(f"setting notice.text: no file like en.txt or hi.md lies in {folder}")
    found = {}
    for file in files:
        try:
            text = file.read_text(encoding="utf-8-sig").strip()
        except UnicodeDecodeError as error:
            raise ConfigError(f"setting notice.text: {file} is not UTF-8; save it as such") from error
        if not 0 < len(text.encode()) <= TEXT_MAX:
            raise ConfigError(
                f"setting notice.text: {file} has {len(text.encode())} bytes; a notice has 1 to {TEXT_MAX}"
            )
        found[file.stem] = text + "\n"
    return found


def _values(config: Config) -> dict[str, str]:
    """What stands in braces in a notice."""
    contact = config.notice.contact or f"SMS {config.service_number}"
    return {
        "organisation": config.organisation,
        "controller": config.notice.controller or config.organisation,
        "contact": contact,
        "complaints": config.notice.complaints or contact,
        "number": config.service_number,
        "days": f"{config.privacy.erase_after_days:g}",
        "age": str(config.rules.age or 18),  # 0 turns the rule off; the law stays
    }


def _filled(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\{([a-z]+)\}", lambda found: values.get(found[1], found[0]), text.replace("\r\n", "\n"))


def lacks(config: Config) -> list[str]:
    """What the law asks a notice to say and the settings do not: names of settings. Nothing where the office wrote its own."""
    named = {"notice.contact": config.notice.contact, "notice.complaints": config.notice.complaints}
    return [] if config.notice.text else [name for name, value in named.items() if not value]


def hash_of(text: str) -> str:
    """SHA-256 of a wording in UTF-8, hexadecimal: what stands in the evidence of each consent."""
    return hashlib.sha256(text.encode()).hexdigest()


def keep(conn: Connection, wordings: Mapping[str, str], now: float) -> None:
    """Writes down what is in force from now on, where it is not already. Two processes that start at the same instant may
    both write a wording; the rows say the same."""
    for language, text in wordings.items():
        current = in_force(conn, language, now, fall_back=False)
        if current is None or current.hash != hash_of(text):
            row = {"hash": hash_of(text), "language": language, "text": text, "since": now}
            conn.execute(insert(notice).values(row))


def in_force(conn: Connection, language: str, at: float, fall_back: bool = True) -> Wording | None:
    """The wording of that moment, in this language, else (`fall_back`) in the fallback language; None if there was none."""
    for one in dict.fromkeys((language, FALLBACK) if fall_back else (language,)):
        query = select(notice).where(notice.c.language == one, notice.c.since <= at)
        row = conn.execute(query.order_by(notice.c.since.desc(), notice.c.id.desc()).limit(1)).one_or_none()
        if row is not None:
            return Wording(row.hash, row.language, row.text, row.since)
    return None


def hash_in_force(conn: Connection, language: str, at: float) -> str:
    """The hash of the notice that somebody who was asked then, in this language, could read; "" if there was none."""
    found = in_force(conn, language, at)
    return found.hash if found else ""


def by_hash(conn: Connection, hash_: str) -> tuple[Wording, float | None] | None:
    """A wording that is or was in force, and until when (None: it still is); None if there never was such a one."""
    row = conn.execute(select(notice).where(notice.c.hash == hash_).order_by(notice.c.id.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    later = select(notice.c.since).where(notice.c.language == row.language, notice.c.id > row.id)
    until = conn.execute(later.order_by(notice.c.id).limit(1)).scalar_one_or_none()
    return Wording(row.hash, row.language, row.text, row.since), until


def languages(conn: Connection) -> list[str]:
    """The languages that there is a notice in."""
    return list(conn.execute(select(notice.c.language).distinct().order_by(notice.c.language)).scalars())
