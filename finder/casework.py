"""Cases at city management, composed in one place: who takes them, what carries them out, who closes them."""

import asyncio
from datetime import timedelta

from starlette.routing import Route

from finder.cases.answering import Answering
from finder.cases.city import CAUTION, CityManagement, Peer, WebhookCity
from finder.cases.desk import CaseDesk
from finder.cases.keeping import CaseKeeping
from finder.cases.message import read_plate_key
from finder.cases.opening import LETTER, Opening, Sending, Terms
from finder.cases.webhooks import read_secrets
from finder.connectors.sdk.http import Caution
from finder.errors import BadInput, SettingsError
from finder.identity.people import People
from finder.kernel.clock import Clock, system_clock
from finder.kernel.turns import ended
from finder.reports.bays import BayReports
from finder.reports.ports import Handover, NoHandover
from finder.sandbox.city import CityTold
from finder.settings import Settings
from finder.storage.database import Database
from finder.storage.outbox import Handler
from finder.storage.unit import Work
from finder.web.cases import case_routes


class Casework:
    """Everything that a case needs, over one database. Without a city management nothing is handed over."""

    def __init__(
        self,
        database: Database,
        people: People,
        peer: Peer | None,
        terms: Terms | None = None,
        clock: Clock = system_clock,
        caution: Caution = CAUTION,
    ) -> None:
        """Raises SettingsError for an address that operators may not have either."""
        self._work, self._people, self._peer, self._clock = Work(database, clock), people, peer, clock
        self._bays: BayReports | None = None
        self._city = None if peer is None else _city(peer, clock, caution)
        self._answering = Answering(self._work, people.audit, self._room)
        self.handover: Handover = NoHandover() if peer is None else Opening(people.store, terms or Terms())
        self.desk = None if peer is None else CaseDesk(self._work, self._answering)
        self.keeping = None if self._city is None else CaseKeeping(self._answering, self._city)
        self._tasks: list[asyncio.Task[None]] = []

    def handlers(self) -> dict[str, Handler]:
        """What carries out its effects, by the outbox's kind."""
        return {} if self._city is None else {LETTER: Sending(self._work, self._city)}

    def connect(self, bays: BayReports) -> None:
        """Tells it where reported bays are, once they are open."""
        self._bays = bays

    def start(self) -> None:
        """Begins to ask for answers that did not come, beside whoever else does."""
        if self.keeping is not None:
            self._tasks = [asyncio.create_task(self.keeping.run())]

    def routes(self) -> list[Route]:
        """What city management calls."""
        if self._peer is None:
            return []
        return case_routes(self._peer.theirs, self._answering.take, self._clock, self._people.buckets)

    async def close(self) -> None:
        """Stops, and lets go of connections."""
        await ended(self._tasks)
        self._tasks = []
        if self._city is not None:
            await self._city.close()

    def _room(self) -> BayReports:
        assert self._bays is not None
        return self._bays


def _city(peer: Peer, clock: Clock, caution: Caution) -> CityManagement:
    try:
        return WebhookCity(peer, clock, caution)
    except BadInput as bad:
        raise SettingsError(f"FINDER_CASES_URL：{bad.zh}", f"FINDER_CASES_URL: {bad.en}") from None


def open_casework(
    settings: Settings,
    database: Database,
    people: People,
    practice: CityTold | None = None,
    clock: Clock = system_clock,
    *,
    practising: bool = False,
) -> Casework:
    """Cases at the city management of FINDER_CASES_URL. Where stations are `practising` nobody real is told of them,
    but the practice one, where there is one. Raises SettingsError."""
    deadline = timedelta(minutes=settings.cases_deadline_minutes)
    if practice is not None:
        terms = Terms(deadline, read_plate_key("practice", practice.plate_key))
        return Casework(database, people, practice.peer(), terms, clock)
    if practising or not settings.cases_url:
        return Casework(database, people, None, clock=clock)
    peer, key = _peer(settings), settings.cases_plate_key
    terms = Terms(deadline, read_plate_key("FINDER_CASES_PLATE_KEY", key) if key else None)
    return Casework(database, people, peer, terms, clock)


def _peer(settings: Settings) -> Peer:
    if settings.cases_secret is None or settings.cases_answer_secret is None:
        raise SettingsError(
            "设置了 FINDER_CASES_URL 时须同时设置 FINDER_CASES_SECRET 和 FINDER_CASES_ANSWER_SECRET",
            "where FINDER_CASES_URL is set, set FINDER_CASES_SECRET and FINDER_CASES_ANSWER_SECRET too",
        )
    ours = read_secrets("FINDER_CASES_SECRET", settings.cases_secret)
    theirs = read_secrets("FINDER_CASES_ANSWER_SECRET", settings.cases_answer_secret)
    if set(ours) & set(theirs):
        raise SettingsError(
            "FINDER_CASES_SECRET 与 FINDER_CASES_ANSWER_SECRET 不得相同：否则我方消息可被当作回复",
            "FINDER_CASES_SECRET and FINDER_CASES_ANSWER_SECRET must differ, or a message of ours could pass for an "
            "answer",
        )
    return Peer(settings.cases_url, ours, theirs)
