"""The machine: what can happen to the service, one step after the other, in any order that Hypothesis comes up with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from sms_service.store import outbox, tables
from sms_service.store.database import SqlDown
from tests.conftest import ROOT
from tests.crash.waiting import at_once
from tests.gateways import Message
from tests.model import settled
from tests.model.acts import (
    ANY,
    AWAY,
    BROKEN,
    BY,
    CLEAR,
    DIES,
    EXPIRY,
    FAILS,
    FLOWS,
    HELD_UP,
    KEYS,
    MOSTLY,
    OPENS,
    PHONES,
    REPORTS,
    SAYS,
    SKEWS,
    SKIPS,
    STEP,
    WEATHER,
    WHO,
    WORKS_WITHOUT,
    act,
    happens,
)
from tests.model.known import DAY, YES, Said, Somebody
from tests.model.promises import Promises
from tests.model.world import ROUND, Accepted, Parts, World
from tests.town import ENROLER


class Machine(RuleBasedStateMachine):
    """One example. `parts` and `figures` are set for all of them; `takes_out` takes a defence out of the database."""

    parts: ClassVar[Parts]
    takes_out: ClassVar[Callable[[World], None] | None] = None
    figures: ClassVar[Counter[str]] = Counter()
    kept = False

    @initialize()
    def begins(self) -> None:
        world = World(self.parts)
        world.open()
        self.world = world
        if type(self).takes_out:
            type(self).takes_out(world)
        self.said: list[Said] = []
        self.somebody = {phone: Somebody(phone) for phone in PHONES}
        self.promises = Promises(self.world, self.said, self.somebody)
        self.calls: dict[str, Said] = {}
        self.dumped: dict[bytes, bytes] = {}
        self.refused = self.unclear = self.ended = False
        self.editions = dict.fromkeys(FLOWS, 0)

    @rule(what=st.deferred(happens))
    def happens(self, what: tuple[str, dict[str, Any]]) -> None:
        """One rule with weights of its own: of many rules Hypothesis would leave half out of each example."""
        self.kept, (name, given) = False, what
        self.figures["steps"] += 1
        self.world.passes(STEP)
        getattr(self, name)(**given)

    # --- people -----------------------------------------------------------------------------------------------------

    @act(6, who=WHO, by=BY, dies=DIES, away=AWAY, works=MOSTLY)
    def enters(self, who: int, by: str, dies: int | str | None, away: str, works: bool) -> None:
        self._texts(ENROLER, by, f"REG {PHONES[who]} ABC123456{who} 11 Ram Kumar", dies, away)
        if works:
            self.world.works()

    @act(10, who=WHO, by=BY, text=st.one_of(st.sampled_from((*YES, "STOP")), SAYS), dies=DIES, away=AWAY, works=MOSTLY)
    def is_entered_and_says(self, who: int, by: str, text: str, dies: int | str | None, away: str, works: bool) -> None:
        self.enters(who, by, None, "", works=works)
        self._texts(PHONES[who], by, text, dies, away)

    @act(5, who=WHO, by=BY, text=SAYS, dies=DIES, away=AWAY)
    def says(self, who: int, by: str, text: str, dies: int | str | None, away: str) -> None:
        self._texts(PHONES[who], by, text, dies, away)

    @act(5, who=WHO, by=BY, text=st.sampled_from(YES))
    def says_yes(self, who: int, by: str, text: str) -> None:
        self._texts(PHONES[who], by, text, None, "")

    @act(4, who=WHO, by=BY, text=st.one_of(OPENS, SAYS), then=st.one_of(st.just("STOP"), SAYS), throttled=MOSTLY)
    def says_two_things(self, who: int, by: str, text: str, then: str, throttled: bool) -> None:
        """The second one before the first is answered, or while that answer waits for its gateway."""
        self._texts(PHONES[who], by, text, None, "")
        if throttled:
            self.the_weather_is_bad(by, ("429", None), 1)
            self.world.works()
        self._texts(PHONES[who], by, then, None, "")
        if throttled:
            self.world.works()

    @act(3, who=WHO, by=BY, text=SAYS, then=SAYS)
    def redis_goes_back_over_what_is_said(self, who: int, by: str, text: str, then: str) -> None:
        """As after a failover to a replica that was behind."""
        self.redis_is("dump")
        self._texts(PHONES[who], by, text, None, "")
        self.world.works()
        self.redis_is("restore")
        self._texts(PHONES[who], by, then, None, "")

    @act(2, who=WHO, by=BY, text=SAYS)
    def says_what_the_gateway_keeps(self, who: int, by: str, text: str) -> None:
        """It comes later, after others, or never."""
        self._new(PHONES[who], by, text)

    @act(4, which=ANY, times=st.sampled_from([1, 1, 2, 50]), dies=DIES, away=AWAY)
    def the_gateway_posts_again(self, which: int, times: int, dies: int | str | None, away: str) -> None:
        if self.said:
            said = self.said[-1 - which % len(self.said)]
            for _ in range(times):
                self._posts(said, dies, away)
                dies = None

    @act(2, which=ANY, others=st.lists(ANY, max_size=2), times=st.integers(2, 6), works=MOSTLY)
    def the_gateway_posts_at_once(self, which: int, others: list[int], times: int, works: bool) -> None:
        """Each several times, and two workers and the sweeper work meanwhile."""
        texts = [said for said in self.said if not said.session]
        if texts:
            chosen = list(dict.fromkeys(texts[-1 - one % len(texts)] for one in (which, *others)))
            calls = [one for one in chosen for _ in range(times)]
            for one in chosen:
                self._arrives(one)
            workers = [self.world.works, self.world.works, self.world.sweeps] if works else []
            answers = at_once([*(lambda one=one: self._post(one) for one in calls), *workers])
            for one, answer in zip(calls, answers, strict=False):
                self._answered(one, answer)

    @act(3, who=WHO, by=BY, first=SAYS, then=SAYS, works=MOSTLY)
    def two_come_in_the_other_order(self, who: int, by: str, first: str, then: str, works: bool) -> None:
        kept, overtakes = self._new(PHONES[who], by, first), self._new(PHONES[who], by, then)
        self._posts(overtakes, None, "")
        if works:
            self.world.works()
        self._posts(kept, None, "")

    @act(2, who=WHO, by=BY, seconds=EXPIRY, sweeps=MOSTLY, text=st.sampled_from(YES))
    def a_question_expires(self, who: int, by: str, seconds: float, sweeps: bool, text: str) -> None:
        """Or is just about to, when the answer comes."""
        self.enters(who, by, None, "", works=True)
        self.world.passes(seconds)
        if sweeps:
            self.world.sweeps()
        self._texts(PHONES[who], by, text, None, "")

    @act(3, who=st.integers(0, 3), dies=DIES, away=AWAY)
    def dials(self, who: int, dies: int | str | None, away: str) -> None:
        said = self._new(PHONES[who], "africastalking", "", session=f"ATUid_{len(self.said)}")
        self._hops(said, dies, away)

    @act(4, who=st.integers(0, 3), key=KEYS, dies=DIES, away=AWAY)
    def presses(self, who: int, key: str, dies: int | str | None, away: str) -> None:
        before = self.calls.get(PHONES[who])
        if before:
            typed = f"{before.text}*{key}" if before.text else key
            self._hops(self._new(before.phone, before.by, typed, session=before.session), dies, away)

    # --- our processes ------------------------------------------------------------------------------------------------

    @act(6, dies=DIES, away=WORKS_WITHOUT, skips=SKIPS)
    def workers_work(self, dies: int | str | None, away: str, skips: int) -> None:
        self._goes_on_without(self.world.works, dies, away, skips)

    @act(3, dies=DIES, away=WORKS_WITHOUT, skips=SKIPS)
    def the_sweeper_sweeps(self, dies: int | str | None, away: str = "", skips: int = 0) -> None:
        self.world.passes(ROUND)
        self._goes_on_without(self.world.sweeps, dies, away, skips)

    @act(6, who=WHO, by=BY, held_up=HELD_UP, text=st.sampled_from(["", "STOP", "1"]), sweeps=MOSTLY)
    def a_worker_is_held_up(self, who: int, by: str, held_up: tuple[str, float], text: str, sweeps: bool) -> None:
        """Meanwhile another one and the sweeper work, and somebody writes."""
        seam, seconds = held_up

        def meanwhile() -> None:
            self.world.passes(seconds)
            if text:
                self._texts(PHONES[who], by, text, None, "")
            if sweeps:
                self.world.sweeps()
            self.world.works()

        self.unclear = True
        self.enters(who, by, None, "", works=False)
        self.world.meanwhile[seam] = meanwhile
        self.world.works()
        self.world.meanwhile.clear()

    @act(1)
    def everything_restarts(self) -> None:
        self.world.restarts()

    @act(3, what=st.sampled_from(["flush", "dump", "restore", "restore"]))
    def redis_is(self, what: str) -> None:
        client = self.world.redis
        if what == "dump":
            keys = [key for key in client.scan_iter() if client.type(key) == b"string"]
            self.dumped = {key: value for key in keys if isinstance(value := client.dump(key), bytes)}
            return
        client.flushall()
        if what == "restore":
            for key, value in self.dumped.items():
                client.restore(key, 0, value)

    @act(2, seconds=st.sampled_from([5.0, 61.0, 600.0, 3_600.0, DAY, 8 * DAY]))
    def time_passes(self, seconds: float) -> None:
        self.world.passes(seconds)

    @act(1, skew=SKEWS)
    def our_clock_is_set(self, skew: float) -> None:
        """An hour back, some minutes or an hour ahead, or right again."""
        self.world.sets_clock(skew)
        self.promises.clock_set_back = self.world.tick()

    # --- gateways -----------------------------------------------------------------------------------------------------

    @act(3, by=BY, weather=WEATHER, times=st.sampled_from([1, 1, 2, 3, 12]))
    def the_weather_is_bad(self, by: str, weather: tuple[str, bool | None], times: int) -> None:
        word, accept = weather
        if word == "list":
            self.world.gateways[by].behave("500", times, on="list")
            return
        self.refused |= word in CLEAR
        self.unclear |= word not in CLEAR
        options: dict[str, Any] = {} if accept is None else {"accept": accept}
        options |= {"retry_after": 30} if word == "429" else {}
        self.world.gateways[by].behave(word, times, **options)

    @act(3, which=ANY, word=st.integers(0, 3), times=st.integers(1, 2))
    def reports_come(self, which: int, word: int, times: int) -> None:
        if self.world.accepted:
            one = self.world.accepted[-1 - which % len(self.world.accepted)]
            for _ in range(times):
                self._reports(one, REPORTS[one.by][word])

    @act(1, by=BY, word=st.integers(0, 3))
    def a_report_of_nothing_comes(self, by: str, word: int) -> None:
        callback = f"https://sms.example.org/hooks/twilio/status?ref={'0' * 32}"
        nobodys = Message(by, f"SM{'0' * 32}", "+919999999999", "", "", 0.0, callback)
        self.world.gateways[by].report(nobodys, REPORTS[by][word])

    @act(1, which=ANY, sends=st.booleans())
    def the_office_decides_on_a_held_one(self, which: int, sends: bool) -> None:
        with self.world.service.engine.begin() as conn:
            held = outbox.listed(conn, ["held", "unreachable"])
            if held:
                ref = held[which % len(held)].ref
                decided = outbox.decide(conn, ref, "queued" if sends else "dropped", "the office", self.world.now)
                self.promises.released[ref] = self.promises.released.get(ref, 0) + decided

    @act(1, who=WHO, route=st.sampled_from(["sms", "status"]))
    def an_unsigned_request_comes(self, who: int, route: str) -> None:
        """G9: it changes nothing."""
        before = self._rows()
        twilio = self.world.gateways["twilio"]
        fields = twilio.sms_fields(PHONES[who], "STOP")
        url = f"{twilio.public_url}/hooks/twilio/{route}"
        forged = twilio.sign(url, [*fields, ("Body", "1")])
        assert self.world.posted(url, fields, {"X-Twilio-Signature": forged}).status == 403, "G9"
        assert self._rows() == before, "G9: an unsigned request has changed something"

    # --- the office ---------------------------------------------------------------------------------------------------

    @act(1, flow=st.sampled_from(FLOWS), edition=st.integers(0, 2), broken=st.booleans())
    def a_flow_is_published(self, flow: str, edition: int, broken: bool) -> None:
        """Another edition, an earlier one again, or one that cannot be loaded: then the one before serves on."""
        shelf, now = self.world.service.shelf, self.world.now + self.world.skew
        source = (ROOT / "flows" / f"{flow}.yaml").read_text() + f"# edition {edition}\n" * (edition > 0)
        if broken:
            source = BROKEN + f"# {self.world.tick()}\n"
        version = settled.published(self.world, flow, source, now)
        before = shelf.current[flow].version
        shelf._look_at = 0.0
        shelf.refresh()
        assert shelf.current[flow].version == (before if broken else version), "G7: the wrong version serves"

    @act(1, who=WHO)
    def somebody_is_forgotten(self, who: int) -> None:
        self.promises.look()
        phone = PHONES[who]
        if settled.forget(self.world, phone):
            self.somebody[phone].is_forgotten(self.world.now + self.world.skew)
            for said in self.said:
                said.forgotten |= said.phone == phone
            self.calls.pop(phone, None)

    # --- what must hold -----------------------------------------------------------------------------------------------

    @invariant()
    def promises_are_kept(self) -> None:
        self.promises.look()
        self.promises.hop, self.kept = None, True

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            if self.kept:  # else the step that broke one is what to look at
                settled.settle(self.world, self.promises)
                settled.check(self.world, self.promises, refused=self.refused, unclear=self.unclear)
        finally:
            self._count()
            self.world.close()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _new(self, phone: str, by: str, text: str, session: str = "") -> Said:
        number = len(self.said)
        said = Said(number, phone, by, text, f"SM{number:032d}", session)
        self.said.append(said)
        return said

    def _texts(self, phone: str, by: str, text: str, dies: int | str | None, away: str) -> None:
        self._posts(self._new(phone, by, text), dies, away)

    def _posts(self, said: Said, dies: int | str | None, away: str) -> bool:
        """Whether an answer came."""
        self.promises.look()
        self.promises.hop = said if said.session else None
        self._arrives(said)
        with self.world.without(away):
            answer = self.world.lives(lambda: self._post(said), dies)
        if answer is None or (said.session and away in ("sql", "cut", "cut late")):
            return False
        self._answered(said, answer)
        return True

    def _arrives(self, said: Said) -> None:
        """It is about to be posted. By a clock that is behind she was only just forgotten: what she sends was on its way."""
        ours = self.world.now + self.world.skew
        said.forgotten |= self.somebody[said.phone].forgotten_at >= ours
        said.came = max(said.came, ours)
        said.arrivals.append(self.world.tick())

    def _goes_on_without(self, work: Callable[[], None], dies: int | str | None, away: str, skips: int) -> None:
        """Where SQL fails a worker gives up, and begins anew when the bell rings."""
        self.unclear |= dies is not None or away in ("cut", "cut late")
        with self.world.without(away, skips), suppress(SqlDown, OperationalError):
            self.world.lives(work, dies)

    def _post(self, said: Said) -> Any:
        gateway = self.world.gateways[said.by]
        if not said.session:
            return gateway.text("", said.phone, said.text, said.id)
        fields = [("sessionId", said.session), ("phoneNumber", said.phone), ("networkCode", "63902")]
        return gateway._callback("", "ussd", [*fields, ("serviceCode", gateway.service_code), ("text", said.text)])

    def _answered(self, said: Said, answer: Any) -> None:
        assert answer.status == 200, f"message {said.number} is answered {answer.status}"
        assert said.answer in (None, answer.body) or said.forgotten, f"G1: message {said.number} has another answer"
        said.acknowledged, said.answer = True, answer.body

    def _hops(self, said: Said, dies: int | str | None, away: str) -> None:
        self.calls.pop(said.phone, None)
        if self._posts(said, dies, away):
            said.shown = True
            if said.answer and said.answer.startswith("CON"):
                self.calls[said.phone] = said

    def _reports(self, one: Accepted, word: str) -> None:
        one.failed += word in FAILS
        self.refused |= word in FAILS
        assert self.world.gateways[one.by].report(one.message, word).status in (200, 204)

    def _rows(self) -> list[int]:
        with self.world.service.reads.begin() as conn:
            return [
                len(conn.execute(select(table.c[0])).all()) for table in (tables.turn, tables.outbox, tables.person)
            ]

    def _count(self) -> None:
        self.figures.update(
            {
                "examples": 1, "messages": len(self.said), "deaths": self.world.deaths, "texts": len(self.world.accepted),
                "consents": self.promises.yes, "surely asked": self.promises.must,
                "posts": sum(len(one.arrivals) for one in self.said),
            }
        )  # fmt: skip
