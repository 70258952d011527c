"""Finding one's way: into a called flow and out of it, back to a question, through the pages of a USSD screen. Pure.

Africa's Talking sends with every hop all that was typed since the dial, joined by `*`. A person may type `*` herself, so
the newest input is what follows the text of the hop before, never what follows the last `*`.
"""

from __future__ import annotations

import msgspec

from sms_service.engine.answers import fold
from sms_service.engine.model import MAX_CALLS, MAX_DIRECT_DIAL_INPUTS, Called, Caller, Flow, Session, UssdScreen
from sms_service.engine.texts import screens, septets

MORE, BACK, RESTART = "98", "0", "00"
"""The keys that page on, go back, and go back to the first question, as phones in Kenya know them."""

LINES = {
    "en": ("more", "back"),
    "hi": ("और", "पीछे"),
    "sw": ("zaidi", "rudi"),
    "fr": ("suite", "retour"),
    "bn": ("আরও", "পিছনে"),
    "ta": ("மேலும்", "பின்"),
    "ar": ("المزيد", "رجوع"),
}
"""What the two keys are called on a screen, by language; English for the others."""


GO_ON, START_AGAIN = "1", "2"
"""The keys of who dials again while something is open."""

RESUME = {
    "en": "You had begun something. 1 Go on. 2 Start again",
    "hi": "आपने कुछ शुरू किया था। 1 आगे बढ़ें। 2 फिर से शुरू करें",
    "sw": "Ulikuwa umeanza. 1 Endelea. 2 Anza upya",
    "fr": "Vous aviez commencé. 1 Continuer. 2 Recommencer",
    "bn": "আপনি শুরু করেছিলেন। 1 চালিয়ে যান। 2 আবার শুরু",
    "ta": "நீங்கள் தொடங்கியது உள்ளது. 1 தொடர. 2 மீண்டும் தொடங்க",
    "ar": "كنت قد بدأت. 1 متابعة. 2 البدء من جديد",
}
"""What they are asked, by language; English for the others, and where a screen takes the letters of SMS only."""


class TooManyCalls(Exception):
    """Flows call each other deeper than MAX_CALLS: a circle that the checker did not see."""


# --- calls --------------------------------------------------------------------------------------------------------


def called(wanted: Called, flow: Flow) -> Session:
    """The session inside the called flow, ready for Begin. Raises TooManyCalls."""
    outer = wanted.session
    if len(outer.callers) >= MAX_CALLS:
        raise TooManyCalls(f"flow {flow.name} is called {MAX_CALLS} calls deep")
    waiting = Caller(outer.flow, outer.version, outer.state, outer.variables, outer.trail)
    return msgspec.structs.replace(
        outer, flow=flow.name, version=flow.version, state=flow.first, variables=dict(wanted.variables), trail=[],
        callers=[*outer.callers, waiting],
    )  # fmt: skip


def caller_of(session: Session) -> Session | None:
    """The session as the flow that called this one goes on with it; None for a flow that nobody called."""
    if not session.callers:
        return None
    *callers, last = session.callers
    return msgspec.structs.replace(
        session, flow=last.flow, version=last.version, state=last.state, variables=dict(last.variables),
        trail=list(last.trail), callers=callers,
    )  # fmt: skip


def outermost(session: Session) -> Session:
    """The session of the flow that began it all: the caller of the caller of this one."""
    while (caller := caller_of(session)) is not None:
        session = caller
    return session


def remembering(session: Session) -> list[Session]:
    """Where one can go back to: this session and the flows that wait for it, the inmost first, if they remember a question."""
    found: list[Session] = []
    one: Session | None = session
    while one is not None:
        if one.trail:
            found.append(one)
        one = caller_of(one)
    return found


def has_begun(session: Session, first: str) -> bool:
    """Whether anything would be lost if the dialogue began anew. `first`: the state that its flow begins with. A flow that
    was called before anybody was asked anything (a stranger dials, and is led to JOIN) has not begun."""
    inside = session.trail or session.variables or session.state != first
    return bool(inside or any(one.trail or one.variables for one in session.callers))


# --- USSD ---------------------------------------------------------------------------------------------------------


def is_first(screen: UssdScreen | None, network_session: str) -> bool:
    """Whether this hop begins a USSD session that we have not answered in yet."""
    return screen is None or screen.id != network_session


def newest_input(screen: UssdScreen, text: str) -> str:
    """What was typed on the screen before, given the whole text of this hop."""
    if not screen.text:
        return text
    if text.startswith(screen.text + "*"):
        return text[len(screen.text) + 1 :]
    return text  # a gateway that sends only the newest input, or one that lost count: take it as it is


def direct_dial(text: str) -> list[str]:
    """The menu steps of a first hop that already holds text (`*384*96*1*2#`)."""
    return text.split("*")[:MAX_DIRECT_DIAL_INPUTS] if text else []


def resume(language: str, unicode: bool) -> str:
    """The question of who dials again. `unicode`: her flow may show more than GSM-7 on a screen."""
    text = RESUME.get(language, RESUME["en"])
    return text if unicode or septets(text) is not None else RESUME["en"]


def pages(text: str, language: str, back: bool) -> list[str]:
    """The screens of one text, each within the network's limit. `98 more` pages on; `0 back` leads to the page before,
    and on the first page (only with `back`) to the question before."""
    more, before = LINES.get(language, LINES["en"])
    if septets(text) is not None and septets(more + before) is None:  # the lines alone would halve the screen's room
        more, before = LINES["en"]
    return screens(text, f"{MORE} {more}", f"{BACK} {before}", back)


def turned(screen: UssdScreen, typed: str) -> bool:
    """Turns the screen to the page that was asked for; False if something else was typed."""
    step = {MORE: 1, BACK: -1}.get(fold(typed), 0)
    if step == 0 or not 0 <= screen.page + step < len(screen.pages):
        return False
    screen.page += step
    screen.furthest = max(screen.furthest, screen.page)
    return True
