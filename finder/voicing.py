"""Drivers' voices, composed in one place: what is said and shown, complaints, and what keeps them in step."""

import asyncio
from collections.abc import Callable, Collection
from datetime import date
from functools import partial

import structlog

from finder.charging.borne_out import BorneOut
from finder.errors import SettingsError
from finder.federation.network import Network as Connected
from finder.identity.people import People
from finder.kernel.clock import Clock, system_clock
from finder.kernel.turns import ended
from finder.live.forecast.calendar import DayKind, HolidayCalendar
from finder.stations.model import SourceId
from finder.storage.database import Database
from finder.storage.unit import Work
from finder.voices.complaint import answer_by
from finder.voices.complaints import Complaints
from finder.voices.experiences import Experiences
from finder.voices.keeping import Keeping
from finder.voices.ports import Network, Stations
from finder.voices.room import Voices
from finder.voices.summaries import Shown

SATURDAY = 5
log = structlog.get_logger(__name__)


def working_days(country: str) -> Callable[[date], bool]:
    """Whether a day is worked there; Monday to Friday where nobody knows the country's holidays."""
    try:
        calendar = HolidayCalendar(country)
    except SettingsError as unknown:
        log.warning("no_holiday_calendar", code=unknown.code, country=country)
        return lambda day: day.weekday() < SATURDAY
    return lambda day: calendar.kind(day) is DayKind.WORK


class Voicing:
    """Everything that voices need; `connect` opens it once stations and operators are there."""

    def __init__(self, database: Database, people: People, country: str, clock: Clock = system_clock) -> None:
        """`country`: whose working days count."""
        self._work, self._people = Work(database, clock), people
        self._deadline = partial(answer_by, worked=working_days(country))
        self._tasks: list[asyncio.Task[None]] = []

    def connect(self, stations: Stations, network: Connected, sources: Callable[[], Collection[SourceId]]) -> Voices:
        """Tells it where stations and operators are; begins to keep what is shown in step."""
        work, people, facts = self._work, self._people, BorneOut()
        places = Network(stations, network.station_of, sources)
        shown = Shown(work, places, facts)
        experiences = Experiences(work, people.store, people.buckets, places, facts, shown.stale.add)
        complaints = Complaints(work, people.store, people.audit, people.buckets, places, facts, self._deadline)
        self._tasks.append(asyncio.create_task(Keeping(shown, complaints).run()))
        return Voices(experiences, shown, complaints)

    async def close(self) -> None:
        """Ends what keeps them in step."""
        await ended(self._tasks)
        self._tasks = []
