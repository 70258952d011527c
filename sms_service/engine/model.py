"""What the engine speaks of: flows, states, sessions, what arrives and what comes of it. Data only, and every limit.

Nothing here does I/O, reads a clock or knows YAML, SQL or a gateway. Times are seconds since 1970 (float, UTC).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct, field

from sms_service.engine.dlt import Registration

if TYPE_CHECKING:
    from sms_service.engine.texts import Templates

# --- limits -------------------------------------------------------------------------------------------------------

MAX_STEPS = 40
"""States passed in one turn. A flow needs a handful; one that passes 40 without asking runs in a circle."""

MAX_OPEN_SESSIONS = 5
"""Sessions one person may have open. An enroler has two or three; the oldest is closed when a sixth begins."""

MAX_CALLS = 5
"""Flows that may wait for one another. A drive needs two or three; the checker refuses a circle, this is the net under it."""

MAX_TRAIL = 20
"""Questions one can go back. Longer dialogues are no SMS dialogues, and every entry is kept in Redis."""

MAX_DIRECT_DIAL_INPUTS = 10
"""Menu steps that a direct dial (*384*96*1*2#) may take at once; the network's own string limit allows few more."""

MAX_REMINDERS = 10
"""Messages about one open question that a session names besides the one that carried it, the newest: no flow reminds more
often while none of them leaves, and a session stays small."""

MAX_SILENT = 3
"""Time-outs and expiries that a dialogue may pass while nobody answers; then it ends. Two that led to each other would
send messages for ever."""

MEMBERSHIP = "membership"
"""The purpose for which joining is asked about: words that name it are a yes to no other."""

DAY = 86_400.0
DEFAULT_EXPIRY = 7 * DAY
"""A session nobody answers is closed after a week, if its flow says nothing else."""

Kind = Literal["sms", "ussd"]
Variables = dict[str, Any]


# --- what arrives -------------------------------------------------------------------------------------------------


UNASKED = ("clock", "service")
"""The channels of turns that no message caused: what these say answers nobody."""


class Inbound(Struct, frozen=True, kw_only=True):
    """One message of a person, as every channel hands it in.

    `phone` is E.164. `text` of a USSD hop is all that was typed since the dial, joined by `*` (Africa's Talking's way);
    `session` is the network's id of the USSD session, empty for SMS. `id` is the gateway's own id: the same id is the
    same message, however often it is delivered. `made`: the gateway has no id for it, and the channel made one from what
    was sent; it is kept as a keyed hash. `answered` says that the gateway itself has replied (Twilio's Advanced
    Opt-Out): the effects count, but we stay silent. `media` are the addresses of pictures that came along. `answer_by`: she
    rang and hung up, so that there is no text, and this channel answers if we never heard of her before. `link` is the
    gateway's name for the message where it wants that with the answer (premium numbers).
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
    media: tuple[str, ...] = ()
    answer_by: str = ""
    link: str = ""

    @property
    def is_call(self) -> bool:
        """Whether it is a missed call."""
        return bool(self.answer_by)

    @property
    def is_hers(self) -> bool:
        """Whether a person sent it (a text, a hop, a call): what is said because of it answers her."""
        return self.channel not in UNASKED


# --- flows --------------------------------------------------------------------------------------------------------


class Unclear(Struct, frozen=True):
    """What happens when an answer is not understood: said `times` times, then on to state `then` (None: ask for ever)."""

    times: int
    then: str | None


class Remind(Struct, frozen=True):
    """The prompt (or a text of its own) is said again `after` seconds of silence, at most `times` times."""

    after: float
    times: int


class Timeout(Struct, frozen=True):
    """After so many seconds of silence the dialogue goes on in state `then` by itself."""

    after: float
    then: str


class Option(Struct, frozen=True):
    """One thing to choose: the key of the menu and where it leads, or what it stands for (`value`).

    With `labels` (by language) the engine writes the menu; without, the key stands in the state's own text. `words`, by
    language, are answers that mean it besides its key and its label.
    """

    key: str
    next: str = ""
    value: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)


class Field(Struct, frozen=True):
    """One thing to be answered: kept as variable `name`; `type` is one of the domain's answer types. `optional`: a
    `collect` goes on without it, where it was asked for in vain.

    `parameters` are what the flow says beside the type (min, max ...); `options` are those of a choice. `by_key`: the
    answer may be a bare number of a menu, and counts only once the menu was seen. `zero`: 0 may be the answer, and so
    leads nowhere back.
    """

    name: str
    type: str
    optional: bool = False
    parameters: Variables = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    by_key: bool = False
    zero: bool = False


class Input(Struct, frozen=True):
    """What an effect or a called flow is given for one parameter: the variable of this (dotted) name, or a fixed value."""

    variable: str = ""
    value: Any = None


class State(Struct, frozen=True, kw_only=True):
    """A place in a flow. `says` tells whether it has a text of its own (slot `<name>.say`)."""

    name: str
    says: bool = False


class Say(State, frozen=True, kw_only=True, tag="say"):
    next: str


class Question(State, frozen=True, kw_only=True):
    """A state that waits for an answer. `back`: "0" leads from here to the question before."""

    unclear: Unclear
    remind: Remind | None = None
    timeout: Timeout | None = None
    back: bool = True


class Ask(Question, frozen=True, kw_only=True, tag="ask"):
    """One typed answer, kept as variable `field.name`."""

    field: Field
    next: str


class Choose(Question, frozen=True, kw_only=True, tag="choose"):
    """A menu: each option leads to a state of its own."""

    options: tuple[Option, ...]


class Collect(Question, frozen=True, kw_only=True, tag="collect"):
    """Several fields, in the order of one line of text, asked one by one for what is missing."""

    fields: tuple[Field, ...]
    next: str


class Consent(Question, frozen=True, kw_only=True, tag="consent"):
    """A purpose, yes or no: the only state from which a Decision can come, so no consent is stored by accident."""

    purpose: str
    yes: Option
    no: Option
    others: tuple[Option, ...]
    wrong_number: str


class Do(State, frozen=True, kw_only=True, tag="do"):
    """An effect of the domain with its inputs, and where each of its outcomes leads."""

    effect: str
    outcomes: dict[str, str]
    inputs: dict[str, Input] = field(default_factory=dict)


class Call(State, frozen=True, kw_only=True, tag="call"):
    """Another flow, as a part of this one: what it gives is kept as variable `into`, its result says where to go on."""

    flow: str
    into: str
    outcomes: dict[str, str]
    inputs: dict[str, Input] = field(default_factory=dict)


class Decide(State, frozen=True, kw_only=True, tag="decide"):
    """The first condition (a minijinja expression over the variables) that holds, else `otherwise`."""

    cases: tuple[tuple[str, str], ...]
    otherwise: str


class End(State, frozen=True, kw_only=True, tag="end"):
    """The session closes here; a flow that called this one goes on by `result`."""

    result: str = "done"


AnyState = Say | Ask | Choose | Collect | Consent | Do | Call | Decide | End


class Starts(Struct, frozen=True):
    """The ways into a flow. `who` = "enroler": only an active enroler's phone; others are led to state `otherwise`."""

    on: str = ""
    words: str = ""
    keywords: tuple[str, ...] = ()
    ussd: tuple[str, ...] = ()
    who: Literal["anyone", "enroler"] = "anyone"
    otherwise: str = ""


class Limits(Struct, frozen=True):
    """What one message of a flow may take, at its longest: SMS segments, USSD screens. `ussd_unicode`: the networks show
    more than GSM-7 on a USSD screen."""

    segments: int = 3
    screens: int = 3
    ussd_unicode: bool = False


class Flow(Struct, frozen=True, kw_only=True, eq=False):
    """One dialogue, one file. `version` is the hash of that file's bytes; `first` is the state it begins with.

    `answers_stopped`: its texts also reach a person who sent STOP (the answer to STOP itself, START, HELP).
    `constants` are variables that every text may use (the organisation's name). `takes` (name to answer type) is what a
    flow that calls this one must give it, `gives` what it gets back. `dlt` is what it says of India's registry.
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
    takes: dict[str, str] = field(default_factory=dict)
    gives: tuple[str, ...] = ()
    limits: Limits = Limits()
    dlt: Registration | None = None


# --- sessions -----------------------------------------------------------------------------------------------------


class Caller(Struct):
    """A flow that waits for the one it called: the place it goes on from, and the questions one could go back to."""

    flow: str
    version: str
    state: str
    variables: Variables = field(default_factory=dict)
    trail: list[tuple[str, str]] = field(default_factory=list)


class Answered(Struct, frozen=True, omit_defaults=True):
    """The question that a person has just answered: its state, what carried it (`prompt`, `hop` and their languages, as of a
    Session), what she typed, and what that was read as: the key of an option, `yes` or `no`; "" for what may be personal."""

    state: str
    prompt: str = ""
    hop: int = 0
    prompt_language: str = ""
    hop_language: str = ""
    text: str = ""
    verdict: str = ""


class Session(Struct, kw_only=True, omit_defaults=True):
    """One person's place in one flow. `about` names what it is about (a registration), so that it is opened once.

    `prompt` is the outbox ref of the message that carried the open question, `hop` the turn whose USSD screen showed it
    (0: none did): an answer by key counts only once that message was handed to the gateway, or on that screen;
    `prompt_language` and `hop_language` are those that the question was said in there. `reminders` are the refs of the newest
    MAX_REMINDERS other messages about it: reminders, and what said it before or again. `asked` is the field a `collect`
    waits for. `trail` are the questions one can go back to (state, field), the last one last; `callers` the flows that
    wait for this one, the innermost last. `lasts` is how long nobody may answer, in seconds; `silent` how often the
    dialogue has moved on by itself since she was last heard. `repaired` and `flagged` are those of the values in `variables`
    (see Reading). `answered` is what she answered in this very turn: effects prove by it what she decided; a session that
    waits has none.
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
    prompt_language: str = ""
    hop_language: str = ""
    reminders: list[str] = field(default_factory=list)
    tries: int = 0
    reminded: int = 0
    waits_since: float = 0.0
    expires_at: float = 0.0
    lasts: float = DEFAULT_EXPIRY
    trail: list[tuple[str, str]] = field(default_factory=list)
    callers: list[Caller] = field(default_factory=list)
    silent: int = 0
    repaired: dict[str, str] = field(default_factory=dict)
    flagged: dict[str, str] = field(default_factory=dict)
    answered: Answered | None = None


class UssdScreen(Struct, kw_only=True):
    """The screen a phone is looking at: the network's session id, all typed so far, the pages of the text it shows, and
    the number (from 0) of the one in sight and of the furthest that was. `resumes`: the session of which it asks whether she
    goes on with it; `dialled` what she dialled at once with the code, for the answer that she starts again."""

    id: str
    text: str
    session: str = ""
    pages: list[str] = field(default_factory=list)
    page: int = 0
    furthest: int = 0
    resumes: str = ""
    dialled: list[str] = field(default_factory=list)

    @property
    def at_its_end(self) -> bool:
        """Whether the last page is in sight."""
        return self.page >= len(self.pages) - 1

    @property
    def fully_shown(self) -> bool:
        """Whether every page was in sight. Of a screen that an earlier release left nobody can say."""
        return bool(self.pages) and self.furthest >= len(self.pages) - 1


class Sessions(Struct, kw_only=True):
    """All that one person has open, after her turn number `turn_no`; the last one opened is answered first."""

    turn_no: int = 0
    open: list[Session] = field(default_factory=list)
    screen: UssdScreen | None = None


# --- what moves a session, and what comes of it -------------------------------------------------------------------


class Reading(Struct, frozen=True):
    """What was read in a text for the fields of a question: values by field, and what is wrong with others (field to
    problem, such as `too_small`). `repaired`: what was typed for a value in which a sign was read as another; `flagged`:
    why the office should look at a value."""

    values: Variables = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    repaired: dict[str, str] = field(default_factory=dict)
    flagged: dict[str, str] = field(default_factory=dict)


class Begin(Struct, frozen=True):
    """A session opens; `reading` holds what came along with the keyword (`REG 9876543210 ...`), never the bare number of a
    menu that nobody has seen."""

    reading: Reading = field(default_factory=Reading)
    at: str = ""


class Heard(Struct, frozen=True):
    """The person answered. `seen`: the open prompt was handed to the gateway (SMS) or fully shown (USSD)."""

    text: str
    seen: bool
    reading: Reading = field(default_factory=Reading)


WENT_BACK, WENT_TO_FIRST, EXPIRED = "(back)", "(restart)", "(expired)"
"""Names of Outcomes that no flow file has a way for: by them a called flow hands over without having ended. She went back from
its first question, to the one before the call or to the first of all; or nobody answered. No file can name one so."""


class Outcome(Struct, frozen=True):
    """The effect that the last step asked for was performed, or the flow that it called is left, with this outcome and these
    new variables. Where the flow names no such outcome it goes the way of `kind`, the more general one."""

    name: str
    variables: Variables = field(default_factory=dict)
    kind: str = ""


class Show(Struct, frozen=True):
    """The open prompt is to be said again: a USSD session dialled anew, a session that comes to the top."""


class Tick(Struct, frozen=True):
    """Time has passed: the reminder or the expiry may be due. Early or late ticks do nothing."""


Cause = Begin | Heard | Outcome | Show | Tick


class Effect(Struct, frozen=True):
    """Something the domain is to do now, in the same transaction; the step goes on with its Outcome."""

    name: str
    session: Session
    arguments: Variables = field(default_factory=dict)


class Called(Struct, frozen=True):
    """Another flow is to begin now, inside this session, with these variables; the step goes on with its Outcome."""

    flow: str
    session: Session
    variables: Variables = field(default_factory=dict)


class Returned(Struct, frozen=True):
    """A called flow has ended: its caller goes on with this Outcome."""

    session: Session
    outcome: Outcome


class Decision(Struct, frozen=True):
    """A person's yes or no to a purpose, or her taking it back, or what she corrected, with what she typed. Becomes a row of
    the ledger, and nothing else does."""

    purpose: str
    decision: Literal["given", "refused", "wrong_number", "withdrawn", "corrected"]
    text: str
    verdict: str
    state: str


class Turn(Struct, kw_only=True):
    """What one step made: the session after it (None: closed), texts to say, a decision, and what is to be done before
    the step can go on: an effect, a call, the return from one.

    `prompted`: the texts contain the open question itself, so that this message becomes the session's prompt. `path`:
    state, way, state, way ... state, as the dialogue went (`ask`, `yes`, `join`, `admitted`, `member`). States of a called
    flow are written `flow/state`; after it, way `return` leads to the calling state. `passed`: the states arrived in.
    """

    session: Session | None
    texts: list[str] = field(default_factory=list)
    prompted: bool = False
    wants: Effect | Called | Returned | None = None
    decision: Decision | None = None
    path: list[str] = field(default_factory=list)
    passed: int = 0
