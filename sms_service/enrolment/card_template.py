"""Which template cards are drawn by: the operators' file as it is now, or, where that is broken, as it last was right."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

from sms_service.enrolment import cardface
from sms_service.enrolment.cardface import SHIPPED, BrokenTemplate, Template

KEPT = "card-template.typ"
"""In data_dir: the operators' template as it last was right, so that a start beside a broken one still draws their cards."""

log = logging.getLogger(__name__)


class Templates:
    """The template in a file that operators edit while we run. `file` "": the one that is shipped."""

    def __init__(self, file: str, data_dir: Path) -> None:
        self._file, self._kept = Path(file) if file else None, data_dir / KEPT
        self._seen: tuple[int, int] | None = None
        self._right: Template | None = None

    def current(self) -> Template:
        """By what cards are drawn now. A file that is broken or gone is logged once, with its line, until it changes."""
        if self._file is None:
            return SHIPPED
        try:
            stat = self._file.stat()
            seen = stat.st_mtime_ns, stat.st_size
            if seen != self._seen:
                self._seen = seen
                self._take(self._file)
        except OSError as error:
            if self._seen != (0, 0):
                self._seen = (0, 0)
                log.error("card.template cannot be read (%s); cards are drawn as before", error.strerror)
        if self._right is None:
            self._right = self._last_right(self._file)
        return self._right

    def _take(self, file: Path) -> None:
        template = cardface.read_template(file)
        try:
            cardface.check_template(template)
        except BrokenTemplate as error:
            log.error("card.template is broken, cards are drawn as before: %s", error)
            return
        if self._right is None or self._right.source != template.source:
            log.info("cards are drawn by %s", file.name)
        self._right = template
        self._keep(template)

    def _keep(self, template: Template) -> None:
        if self._kept.exists() and self._kept.read_bytes() == template.source:
            return
        self._kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._kept.parent, delete=False) as half:
            half.write(template.source)
        Path(half.name).replace(self._kept)

    def _last_right(self, file: Path) -> Template:
        """As another process left it, with the pictures beside the operators' file; else the one that is shipped."""
        try:
            kept = Template(self._kept.read_bytes(), KEPT, file.parent.resolve())
            cardface.check_template(kept)
        except (OSError, BrokenTemplate) as error:
            log.error(
                "no earlier card.template can be used (%s): cards are drawn by the one shipped", type(error).__name__
            )
            return SHIPPED
        return kept
