"""Citizens' reports, composed in one place: bays, photos, notices to operators, and what keeps them in step."""

import asyncio
from collections.abc import Callable

from finder.federation.network import Network
from finder.identity.people import People
from finder.kernel.clock import Clock, system_clock
from finder.kernel.turns import ended
from finder.live.board import LiveBoard
from finder.live.lately import Lately
from finder.reports.bays import BayReports
from finder.reports.keeping import Keeping
from finder.reports.notices import BayNotices
from finder.reports.photo_book import PhotoBook
from finder.reports.photos.cleaner import Cleaner
from finder.reports.photos.store import PhotoStore
from finder.reports.ports import Handover, NoHandover, Places, Stations
from finder.storage.database import Database
from finder.storage.unit import Work


class Reporting:
    """Everything that a report needs; `connect` opens it once stations and operators are there."""

    def __init__(
        self,
        database: Database,
        people: People,
        photos: PhotoStore,
        notices: BayNotices,
        wake: Callable[[], None],
        handover: Handover | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self._work, self._people, self._notices, self._wake = Work(database, clock), people, notices, wake
        self._handover = handover or NoHandover()
        self.photos = PhotoBook(self._work, people.store, Cleaner(), photos)
        self._tasks: list[asyncio.Task[None]] = []

    def connect(self, board: LiveBoard, stations: Stations, network: Network, lately: Lately) -> BayReports:
        """Tells it where bays and operators are; begins to keep board and reports in step."""
        self._notices.connect(network.connector)
        places = Places(stations, network.station_of)
        people = self._people
        bays = BayReports(
            self._work, people.store, board, people.buckets, places, self._handover, self._wake, lately.look_again
        )
        lately.once = bays.once
        self._tasks.append(asyncio.create_task(Keeping(bays, self.photos).run()))
        return bays

    async def close(self) -> None:
        """Ends what keeps them in step."""
        await ended(self._tasks)
        self._tasks = []
