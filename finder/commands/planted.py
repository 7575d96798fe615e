"""`finder connector check --planted`: every planted fault must be found, and nothing where none is planted."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from finder.commands.listen import listening
from finder.connectors.openchargemap import OpenChargeMapConnector
from finder.connectors.sdk.check.evidence import Evidence, Hints
from finder.connectors.sdk.check.judge import Report, judge
from finder.connectors.sdk.check.probe import Plan, Probe
from finder.connectors.sdk.http import Caution
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import OperatorConnector
from finder.connectors.sdk.replays import MemoryReplays
from finder.connectors.tcec102 import Tcec102Connector
from finder.kernel.geo import Point
from finder.live.model import Status
from finder.sandbox.day import CHARGING, FREE, OCCUPIED
from finder.sandbox.faults import NONE, Faults, SessionFault
from finder.sandbox.operators import COMMUNITY_SOURCE
from finder.sandbox.planted import PLANTS, Level, Plant, Planted
from finder.sandbox.planted_desk import tell_desk
from finder.sandbox.serve import Sandbox, practice_community, start_sandbox
from finder.stations.model import Station

SHARE = 0.08  # of the practice network: enough sites that two feeds have in common
PUSHES = 6
# What is really so at practice operators: some parking texts only a person understands, and one list has no prices.
TRUE_OF_PRACTICE: Mapping[str, frozenset[str]] = {
    "jinbei": frozenset({"PARKING_UNREAD"}),
    "yanmen": frozenset({"PARKING_UNREAD"}),
    COMMUNITY_SOURCE: frozenset({"TARIFF_MISSING"}),
}
_CITY = Point(38.95, 112.5)
_QUICK = Caution(attempts=2, wait_initial_s=0.001, wait_max_s=0.002, wait_jitter_s=0.001)
_IMPATIENT = replace(_QUICK, read_s=0.2, total_s=0.2)
_SLOW_S = 0.13


class StandingClock:
    """A clock that moves when it is told to; the pushes of a minute take none."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        """See Clock."""
        return self.now

    def move(self, seconds: float) -> None:
        """Forward."""
        self.now += timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Tried:
    """A planted fault and whether the kit found it by the rule that it breaks.

    Without a plant: a clean operator, and whether nothing was found there but what is so.
    """

    plant: Plant | None
    report: Report
    found: bool

    @property
    def false_alarms(self) -> set[str]:
        """Rules that cry at a clean operator."""
        return self.report.codes - TRUE_OF_PRACTICE.get(self.report.source, frozenset())


class Practice:
    """The practice operators, and the kit held against them."""

    def __init__(self, sandbox: Sandbox, clock: StandingClock, others: Sequence[Station]) -> None:
        self._sandbox, self._clock, self._others = sandbox, clock, others
        self._orders = 0

    async def clean(self, source: str) -> Report:
        """The report on an operator that does nothing wrong. Pushes and the desk are looked at where it has them."""
        everything = frozenset(Level) if self._sandbox.platforms.get(source) is not None else frozenset({Level.WIRE})
        if not self._pushes(source):
            everything -= {Level.PUSH, Level.SESSION, Level.DESK}
        return judge(await self._look(source, NONE, everything))

    async def planted(self, plant: Plant) -> Report:
        """The report on an operator with this one fault."""
        desk = (plant.fault,) if plant.level is Level.DESK else ()
        return judge(await self._look(plant.operator, _faults(plant), {plant.level}, desk))

    def _pushes(self, source: str) -> bool:
        platform = self._sandbox.platforms.get(source)
        return platform is not None and platform.operator.pushes

    async def _look(
        self, source: str, faults: Faults, levels: Collection[Level], desk: Sequence[Planted] = ()
    ) -> Evidence:
        with ExitStack() as after:
            self._sandbox.set_faults(source, faults)
            after.callback(self._sandbox.set_faults, source, NONE)
            known = {} if source == COMMUNITY_SOURCE else self._pin(source, after)
            hints = Hints(_CITY, 200.0, known, {}, () if source == COMMUNITY_SOURCE else self._others)
            bench = Workbench(clock=self._clock, replays=MemoryReplays(self._clock))
            caution = _IMPATIENT if faults.slow_s else _QUICK

            async def sleep(seconds: float) -> None:
                self._clock.move(seconds)
                await self._sandbox.pushers[source].tick()

            probe = Probe(lambda bench: self._connector(source, caution, bench), bench, hints=hints, sleep=sleep)
            try:
                if Level.SESSION in levels:
                    await self._charge(source, probe, after)
                else:
                    await probe.run(Plan())
                if Level.PUSH in levels:
                    await self._push(source, probe)
                evidence = probe.gather()
                if Level.DESK in levels:
                    tell_desk(evidence, [evse.id for _, evse in evidence.evses()], self._clock(), desk)
                return evidence
            finally:
                await probe.close()

    async def _charge(self, source: str, probe: Probe, after: ExitStack) -> None:
        """Everything that is asked, with a charge that is really started, and what is pushed of it."""
        pusher, day = self._sandbox.pushers[source], self._sandbox.day
        gun = next(reversed(self._sandbox.platforms[source].sites.values())).guns[-1].id
        day.pin(gun, OCCUPIED, 50)
        after.callback(day.unpin, gun)
        day.drain()
        self._orders += 1
        plan = Plan(start=f"{source}/{gun}", order=f"CK{self._orders}", look_every_s=30.0, charge_s=300.0)
        async with listening(source, probe.push, self._clock) as base_url:
            pusher.push_to = base_url
            try:
                await probe.run(plan)
                self._clock.move(30)
                await pusher.tick()
            finally:
                pusher.push_to = None

    def _connector(self, source: str, caution: Caution, bench: Workbench) -> OperatorConnector:
        if source == COMMUNITY_SOURCE:
            return OpenChargeMapConnector(replace(practice_community(self._sandbox.keys), caution=caution), bench)
        config = next(each for each in self._sandbox.operators if each.source == source)
        return Tcec102Connector(replace(config, caution=caution, policies_per_crawl=1_000), bench)

    def _pin(self, source: str, after: ExitStack) -> dict[str, Status]:
        """Two connectors whose true status is known, as if somebody stood before them."""
        guns = [gun.id for site in self._sandbox.platforms[source].sites.values() for gun in site.guns][:2]
        told = dict(zip(guns, ((FREE, 10), (CHARGING, 50)), strict=True))
        for gun, (status, park) in told.items():
            self._sandbox.day.pin(gun, status, park)
            after.callback(self._sandbox.day.unpin, gun)
        known = (Status.AVAILABLE, Status.CHARGING)
        return {f"{source}/{gun}": status for gun, status in zip(guns, known, strict=True)}

    async def _push(self, source: str, probe: Probe) -> None:
        """Lets one connector flip a few times, each flip pushed over HTTP."""
        pusher, day = self._sandbox.pushers[source], self._sandbox.day
        gun = list(self._sandbox.platforms[source].sites.values())[-1].guns[0].id
        day.drain()
        async with listening(source, probe.push, self._clock) as base_url:
            pusher.push_to = base_url
            try:
                for n in range(PUSHES):
                    self._clock.move(61)
                    day.pin(gun, (CHARGING, OCCUPIED, FREE)[n % 3], 50 if n % 3 < 2 else 10)
                    await pusher.tick()
                self._clock.move(61)
                await pusher.tick()
            finally:
                pusher.push_to = None
                day.unpin(gun)


def _faults(plant: Plant) -> Faults:
    """How a fault is switched on; some were practice faults before."""
    match plant.fault:
        case Planted.SLOW:
            return Faults(slow_s=_SLOW_S)
        case Planted.PUSH_ORDER:
            return Faults(out_of_order=True)
        case Planted.PUSH_COPIED:
            return Faults(repeat_pushes=True)
        case Planted.BILL_TOTAL:
            return Faults(sessions=(SessionFault.BILL_WRONG_TOTAL,))
        case Planted.BILL_CHANGED:
            return Faults(sessions=(SessionFault.BILL_CHANGES,))
        case Planted.REOPENED:
            return Faults(sessions=(SessionFault.STATUS_AFTER_END,))
    return Faults(planted=(plant.fault,)) if plant.level is not Level.DESK else NONE


def new_places(report: Report, rule: str, clean: Report) -> Iterator[str]:
    """Where this rule is broken and was not before."""
    before = {p.subject for finding in clean.findings if finding.rule.code == rule for p in finding.places}
    for finding in report.findings:
        if finding.rule.code == rule:
            yield from (place.subject for place in finding.places if place.subject not in before)


async def try_all(say: Callable[[str, int, int], None], plants: Sequence[Plant] = PLANTS) -> list[Tried]:
    """Every operator clean, then every planted fault; `say` hears what is done, and how far it is."""
    clock = StandingClock()
    sandbox = await start_sandbox(clock, share=SHARE, pushing=False)
    try:
        community = OpenChargeMapConnector(practice_community(sandbox.keys), Workbench(clock=clock))
        others = [station async for page in community.stations(None) for station in page.stations]
        await community.close()
        practice = Practice(sandbox, clock, others)
        sources = [*sandbox.platforms, COMMUNITY_SOURCE]
        total = len(sources) + len(plants)
        tried: list[Tried] = []
        clean: dict[str, Report] = {}
        for n, source in enumerate(sources):
            say(source, n, total)
            clean[source] = report = await practice.clean(source)
            tried.append(Tried(None, report, report.codes <= TRUE_OF_PRACTICE[source]))
        for n, plant in enumerate(plants, start=len(sources)):
            say(plant.fault.value, n, total)
            report = await practice.planted(plant)
            tried.append(Tried(plant, report, any(new_places(report, plant.rule, clean[plant.operator]))))
        return tried
    finally:
        await sandbox.close()
