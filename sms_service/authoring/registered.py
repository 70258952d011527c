"""What `flow check` says of India's registry: is every message of a flow a registered text, and could it be delivered?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from sms_service.authoring.forms import FORMS_MAX, Form, Forms
from sms_service.authoring.load import Draft
from sms_service.authoring.source import Finding, Path
from sms_service.engine import dlt
from sms_service.engine.model import Flow

QUOTED = 120
"""Characters of a message that a finding quotes, as it is to be registered."""

_LINK = re.compile(r"\b(?:https?://|www\.)[^\s{}]+", re.IGNORECASE)


def registered_findings(
    draft: Draft, flow: Flow, flows: list[Flow], forms: Forms, rules: dlt.Rules
) -> Iterator[Finding]:
    """Of a flow with a `dlt` section; of any, if the settings want every text registered. `flows`: all that serve together,
    this one among them: a text may be registered with any of them."""
    if flow.dlt is None and not rules.required:
        return
    told = _Told(draft, flow, flows, rules)
    if flow.dlt is not None:
        yield from told.section(flow.dlt)
    for form in forms.of(flow):
        yield from told.message(form)
    if len(forms.of(flow)) == FORMS_MAX:
        message = (
            f"this flow has more than {FORMS_MAX} different messages: only so many are looked at, make fewer `if`s"
        )
        yield told.at(("flow",), message, warning=True)
    if flow.dlt is not None:
        said = [*told.said, *(form.text for other in flows if other is not flow for form in forms.of(other))]
        yield from told.unused(flow.dlt, [*said, *rules.own.values()])


def _alike(text: str) -> str:
    return " ".join(text.split()).lower()


class _Told:
    """One flow under examination. `said` are its messages so far."""

    def __init__(self, draft: Draft, flow: Flow, flows: list[Flow], rules: dlt.Rules) -> None:
        self.draft, self.flow, self.rules = draft, flow, rules
        self.others = [one for one in flows if one is not flow and one.dlt]
        own = flow.dlt.templates if flow.dlt else {}
        self.templates = [*own.items(), *(item for one in self.others if one.dlt for item in one.dlt.templates.items())]
        self.said: list[str] = []

    def at(self, path: Path, message: str, *, of_key: bool = False, warning: bool = False, word: str = "") -> Finding:
        level = "warning" if warning else "error"
        return self.draft.source.finding(path, message, level, of_key=of_key, word=word)  # type: ignore[arg-type]

    # -- the section itself --

    def section(self, registration: dlt.Registration) -> Iterator[Finding]:
        """The ids and the registered texts, each for itself."""
        entity = registration.entity or self.rules.entity
        if not entity:
            yield self.at(
                ("dlt",), "whose texts are these? add the organisation's id of 19 digits as `entity`, or set dlt.entity",
                of_key=True,
            )  # fmt: skip
        elif not dlt.ID.match(entity):
            yield self.at(("dlt", "entity"), f"the id of an organisation has 19 digits, this one has {len(entity)}")
        if registration.header and not dlt.HEADER.match(registration.header):
            yield self.at(
                ("dlt", "header"), "a header has three to six letters, or six digits where it is for promotion"
            )
        for template, text in registration.templates.items():
            path = ("dlt", "templates", template)
            if not dlt.ID.match(template):
                yield self.at(path, f"a template id has 19 digits, {template[:30]} is none: copy it anew", of_key=True)
            for other in self.others:
                if other.dlt and other.dlt.templates.get(template, text) != text:
                    message = f"flow {other.name} has another text under this id: one of them is not the registered one"
                    yield self.at(path, message, of_key=True)
            yield from self.text(text, path)

    def text(self, text: str, path: Path) -> Iterator[Finding]:
        """One registered text."""
        found = dlt.wording(text)
        if len(text) > dlt.TEXT_MAX:
            yield self.at(path, f"a registered text has at most {dlt.TEXT_MAX:,} characters, this one {len(text):,}")
        between = found.literals[1:-1]
        if "" in between:
            yield self.at(
                path, "two variables stand beside each other, which the registry refuses: put words between them",
                word=re.search(r"(?<=#\})\{#", text)[0] if re.search(r"(?<=#\})\{#", text) else "",  # type: ignore[index]
            )  # fmt: skip
        elif any(not one.strip() for one in between):
            message = "only a space stands between two variables: many operators refuse that, put words between them"
            yield self.at(path, message, warning=True)
        if len(found.tags) > dlt.VARIABLES_MAX:
            yield self.at(
                path, f"{len(found.tags)} variables: texts with more than {dlt.VARIABLES_MAX} are seldom approved; "
                "make two messages of it, or leave something out", warning=True,
            )  # fmt: skip

    # -- the messages --

    def message(self, form: Form) -> Iterator[Finding]:
        """One message at its longest."""
        path = self.draft.places.get(form.key, ("states", form.state))
        text = form.text
        self.said.append(text)
        for link in _LINK.findall(text):
            host = urlsplit(link if "://" in link else f"//{link}").hostname or ""
            if host not in self.rules.hosts:
                yield self.at(
                    path, f"a link to {host} is refused in India unless it is whitelisted there: have it whitelisted, and "
                    "add it to dlt.hosts",
                )  # fmt: skip
        fitting = next((one for _, one in self.templates if dlt.fits(one, text, self.rules.variable_max)), None)
        if fitting is not None:
            yield from self.number(form, fitting, path)
            return
        lengths = [(dlt.longest_value(one, text), template) for template, one in self.templates]
        longest, template = min((one for one in lengths if one[0] >= 0), default=(0, ""))
        most = self.rules.variable_max
        if template:
            yield self.at(
                path, f"variable too long in {form.language}: the longest value has {longest} of {most} characters (template "
                f"{template}); shorten it, as in `{{{{ name|short({most}) }}}}`, or register words in between",
            )  # fmt: skip
            return
        near = next((id_ for id_, one in self.templates if dlt.fits(_alike(one), _alike(text), most)), "")
        if near:
            yield self.at(
                path, f"in {form.language} this is template {near} but for spaces, line ends or capitals: the registry wants "
                "these alike too, mend one of the two",
            )  # fmt: skip
            return
        wanted = form.registered.replace("\n", "\\n")
        wanted = f"{wanted[:QUOTED]}..." if len(wanted) > QUOTED else wanted
        yield self.at(
            path, f'no registered text is this message in {form.language}: "{wanted}"; register it (`sms-service dlt export` '
            "writes it whole) and add it under dlt.templates, or change it",
        )  # fmt: skip

    def number(self, form: Form, registered: str, path: Path) -> Iterator[Finding]:
        """The number that people reply to is fixed, or tagged as one to call."""
        number, found = self.rules.reply_number, dlt.wording(registered)
        if not number or {*found.tags} & {*dlt.CALL_BACK}:
            return
        if sum(one.count(number) for one in form.fixed) > sum(one.count(number) for one in found.literals):
            yield self.at(
                path, f"the number {number} stands where the registered text has a variable: register it as a fixed part",
                word=number,
            )  # fmt: skip

    def unused(self, registration: dlt.Registration, said: list[str]) -> Iterator[Finding]:
        """Registered texts that are no message."""
        for template, text in registration.templates.items():
            if not any(dlt.longest_value(text, one) >= 0 for one in said):
                message = "no message is this registered text: leave it out when nobody is in an older version any more"
                yield self.at(("dlt", "templates", template), message, of_key=True, warning=True)
