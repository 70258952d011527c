"""What the engine speaks of: flows, states, sessions, what arrives and what comes of it. Data only, and every limit.

Nothing here does I/O, reads a clock or knows YAML, SQL or a gateway. Times are seconds since 1970 (float, UTC).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct, field

if TYPE_CHECKING:
    from sms_service.engine.texts import Templates

# --- limits -------------------------------------------------------------------------------------------------------

MAX_STEPS = 40
"""States passed in one turn. A flow needs a handful; one that passes 40 without asking runs in a circle."""

MAX_OPEN_SESSIONS = 5
"""Sessions one person may have open. An enroler has two or three; the oldest is closed when a sixth begins."""

MAX_DIRECT_DIAL_INPUTS = 10
"""Menu steps that a direct dial (*384*96*1*2#) may take at once; the network's own string limit allows few more."""

DAY = 86_400.0
DEFAULT_EXPIRY = 7 * DAY
"""A session nobody answers is closed after a week, if its flow says nothing else."""

Kind = Literal["sms", "ussd"]
Answer = Literal["yes", "no", "stop", "start", "help", "wrong_number", "unclear"]
Variables = dict[str, Any]


# --- what arrives -------------------------------------------------------------------------------------------------


class Inbound(Struct, frozen=True, kw_only=True):
    """One message of a person, as every channel hands it in.

    `phone` is E.164. `text` of a USSD hop is all that was typed since the dial, joined by `*` (Africa's Talking's way);
    `session` is the network's id of the USSD session, empty for SMS. `id` is the gateway's own id: the same id is the
    same message, however often it is delivered. `made`: the gateway has no id for it, and the channel made one from what
    was sent; it is kept as a keyed hash. `answered` says that the gateway itself has replied (Twilio's Advanced
    Opt-Out): the effects count, but we stay silent.
    """

    channel: str
    id: str
    kind: Kind
    phone: str
    to: str
    text: str
    received_at: float
    gateway_time: str = ""
    session: str = ""
    made: bool = False
    answered: bool = False


# --- flows --------------------------------------------------------------------------------------------------------


class Unclear(Struct, frozen=True):
    """What happens when an answer is not understood: said `times` times, then on to state `then` (None: ask for ever)."""

    times: int
    then: str | None


class Remind(Struct, frozen=True):
    """The prompt is said again `after` seconds of silence, at most `times` times."""

    after: float
    times: int


class Option(Struct, frozen=True):
    """One way out of a question: the key of the menu, and where it leads."""

    key: str
    next: str


class Field(Struct, frozen=True):
    """One thing a `collect` state fills: its type is one of `answers.TYPES` or of the domain's readers."""

    name: str
    type: str
    optional: bool = False


class State(Struct, frozen=True, kw_only=True):
    """A place in a flow. `says` tells whether it has a text of its own (slot `<name>.say`)."""

    name: str
    says: bool = False


class Say(State, frozen=True, kw_only=True, tag="say"):
    next: str


class Ask(State, frozen=True, kw_only=True, tag="ask"):
    """One typed answer, kept as variable `field.name`."""

    field: Field
    next: str
    unclear: Unclear
    remind: Remind | None = None


class Choose(State, frozen=True, kw_only=True, tag="choose"):
    options: tuple[Option, ...]
    unclear: Unclear
    remind: Remind | None = None


class Collect(State, frozen=True, kw_only=True, tag="collect"):
    """Several fields, in the order of one line of text, asked one by one for what is missing."""

    fields: tuple[Field, ...]
    next: str
    unclear: Unclear
    remind: Remind | None = None


class Consent(State, frozen=True, kw_only=True, tag="consent"):
    """A purpose, yes or no: the only state from which a Decision can come, so no consent is stored by accident."""

    purpose: str
    yes: Option
    no: Option
    others: tuple[Option, ...]
    wrong_number: str
    unclear: Unclear
    remind: Remind | None = None


class Do(State, frozen=True, kw_only=True, tag="do"):
    """An effect of the domain, and where each of its outcomes leads."""

    effect: str
    outcomes: dict[str, str]


class Decide(State, frozen=True, kw_only=True, tag="decide"):
    """The first condition (a minijinja expression over the variables) that holds, else `otherwise`."""

    cases: tuple[tuple[str, str], ...]
    otherwise: str


class End(State, frozen=True, kw_only=True, tag="end"):
    """The session closes here."""


Question = Ask | Choose | Collect | Consent
AnyState = Say | Ask | Choose | Collect | Consent | Do | Decide | End


class Starts(Struct, frozen=True):
    """The ways into a flow. `who` = "enroler": only an active enroler's phone; others are led to state `otherwise`."""

    on: str = ""
    words: str = ""
    keywords: tuple[str, ...] = ()
    ussd: tuple[str, ...] = ()
    who: Literal["anyone", "enroler"] = "anyone"
    otherwise: str = ""


class Flow(Struct, frozen=True, kw_only=True, eq=False):
    """One dialogue, one file. `version` is the hash of that file's bytes; `first` is the state it begins with.

    `answers_stopped`: its texts also reach a person who sent STOP (the answer to STOP itself, START, HELP).
    `constants` are variables that every text may use (the organisation's name).
    """

    name: str
    version: str
    about: str
    first: str
    starts: Starts
    languages: tuple[str, ...]
    states: dict[str, AnyState]
    templates: Templates
    constants: Variables
    expires_after: float = DEFAULT_EXPIRY
    expired: str = ""
    answers_stopped: bool = False


# --- sessions -----------------------------------------------------------------------------------------------------


class Session(Struct, kw_only=True):
    """One person's place in one flow. `about` names what it is about (a registration), so that it is opened once.

    `prompt` is the outbox ref of the message that carried the open question, `hop` the turn whose USSD screen showed it
    (0: none did): an answer by key counts only once that message was handed to the gateway, or on that screen. `asked` is
    the field a `collect` waits for.
    """

    id: str
    flow: str
    version: str
    state: str
    language: str
    kind: Kind
    about: str = ""
    variables: Variables = field(default_factory=dict)
    asked: str = ""
    prompt: str = ""
    hop: int = 0
    tries: int = 0
    reminded: int = 0
    waits_since: float = 0.0
    expires_at: float = 0.0


class UssdScreen(Struct, kw_only=True):
    """The screen a phone is looking at: the network's session id, all typed so far, and the pages not yet shown."""

    id: str
    text: str
    session: str = ""
    rest: list[str] = field(default_factory=list)


class Sessions(Struct, kw_only=True):
    """All that one person has open, after her turn number `turn_no`; the last one opened is answered first."""

    turn_no: int = 0
    open: list[Session] = field(default_factory=list)
    screen: UssdScreen | None = None


# --- what moves a session, and what comes of it -------------------------------------------------------------------


class Reading(Struct, frozen=True):
    """What was read in a text for the fields of a question: values by field, and fields whose text was no good."""

    values: Variables = field(default_factory=dict)
    wrong: tuple[str, ...] = ()


class Begin(Struct, frozen=True):
    """A session opens; `reading` holds what came along with the keyword (`REG 9876543210 ...`)."""

    reading: Reading = field(default_factory=Reading)
    at: str = ""


class Heard(Struct, frozen=True):
    """The person answered. `seen`: the open prompt was handed to the gateway (SMS) or fully shown (USSD)."""

    text: str
    seen: bool
    reading: Reading = field(default_factory=Reading)


class Outcome(Struct, frozen=True):
    """The effect that the last step asked for was performed, with this outcome and these new variables."""

    name: str
    variables: Variables = field(default_factory=dict)


class Show(Struct, frozen=True):
    """The open prompt is to be said again: a USSD session dialled anew, a session that comes to the top."""


class Tick(Struct, frozen=True):
    """Time has passed: the reminder or the expiry may be due. Early or late ticks do nothing."""


Cause = Begin | Heard | Outcome | Show | Tick


class Effect(Struct, frozen=True):
    """Something the domain is to do now, in the same transaction; the step goes on with its Outcome."""

    name: str
    session: Session


class Decision(Struct, frozen=True):
    """A person's yes or no to a purpose, with what she typed. Becomes a row of the ledger, and nothing else does."""

    purpose: str
    decision: Literal["given", "refused", "wrong_number"]
    text: str
    verdict: str
    state: str


class Turn(Struct, kw_only=True):
    """What one step made: the session after it (None: closed), texts to say, a decision, an effect to perform first.

    `prompted`: the texts contain the open question itself, so that this message becomes the session's prompt.
    """

    session: Session | None
    texts: list[str] = field(default_factory=list)
    prompted: bool = False
    effect: Effect | None = None
    decision: Decision | None = None
    passed: list[str] = field(default_factory=list)
