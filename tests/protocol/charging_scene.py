"""A car at a practice operator, and the finder that starts, watches, stops and is billed; time stands until moved."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from finder.connectors.sdk.control import Commanded, SessionRef, StartRequest
from finder.connectors.sdk.desk import Heard
from finder.connectors.sdk.sessions import Bill, SessionSeen
from finder.connectors.tcec102 import Tcec102Connector
from finder.federation.desk import SqlDesk
from finder.kernel.clock import SHANGHAI
from finder.kernel.ids import new_order, short
from finder.sandbox.charges import Charge
from finder.sandbox.faults import Faults, SessionFault
from finder.sandbox.push import Pusher
from finder.sandbox.serve import Sandbox
from finder.storage.database import Database
from tests.protocol.finder_running import Finder, serving
from tests.protocol.sandbox_running import connected, running
from tests.protocol.tcec102_peer import Hand

ORDER = new_order(Hand())
NAME = short(ORDER)  # as it comes back


class Scene:
    """One operator, one free gun, one order."""

    def __init__(
        self, sandbox: Sandbox, source: str, connector: Tcec102Connector, desk: SqlDesk, finder: Finder, clock: Hand
    ) -> None:
        self.sandbox, self.source, self.connector, self.desk = sandbox, source, connector, desk
        self.finder, self.clock = finder, clock
        self.platform = sandbox.platforms[source]
        self.pusher: Pusher = sandbox.pushers[source]
        site = next(iter(self.platform.sites.values()))
        self.gun = next(pile.guns[0].id for pile in site.piles if not pile.swap and pile.dc)
        self.evse = f"{source}/{self.gun}"
        sandbox.day.pin(self.gun, 1, 10)
        self.ref = SessionRef(ORDER, self.evse)

    def fault(self, *sessions: SessionFault, **more: Any) -> None:
        self.sandbox.set_faults(self.source, Faults(sessions=sessions, **more))

    async def later(self, **by: float) -> None:
        """Time passes, and the operator pushes what it has to tell."""
        self.clock.move(**by)
        await self.pusher.tick()

    async def start(self) -> Commanded:
        return await self.connector.start(StartRequest(ORDER, self.evse))

    async def stop(self) -> Commanded:
        return await self.connector.stop(self.ref)

    async def seen(self) -> SessionSeen:
        seen = await self.connector.session(self.ref)
        assert seen is not None
        return seen

    async def charged(self, **by: float) -> None:
        """A whole charge of this length, and everything that is pushed of it."""
        await self.start()
        await self.later(seconds=5)
        await self.later(**by)
        await self.stop()
        await self.later(seconds=1)

    @property
    def charge(self) -> Charge:
        """As the operator knows it."""
        (charge,) = self.platform.charging.charges.values()
        return charge

    @property
    def confirmed(self) -> list[Any]:
        """ConfirmResult of each bill that was answered."""
        return list(self.pusher.confirmed.values())

    async def running(self) -> Sequence[str]:
        return list(await self.desk.running(self.source))

    async def bills(self) -> list[tuple[Bill, Heard]]:
        ever = datetime(2000, 1, 1, tzinfo=UTC)
        return await self.desk.bills(self.source, ever, self.clock() + timedelta(days=1))

    def midnight(self) -> datetime:
        """The next one where the operator is."""
        local = self.clock().astimezone(SHANGHAI)
        return (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


@asynccontextmanager
async def charging(path: Path, source: str = "jinbei", **changes: Any) -> AsyncIterator[Scene]:
    """The scene; `changes` are the connector's configuration."""
    clock = Hand()
    database = Database(f"sqlite:///{path / 'desk.sqlite3'}")
    desk = SqlDesk(database, clock)
    try:
        async with (
            running(clock, share=0.01, pushing=False) as sandbox,
            connected(sandbox, source, clock, desk=desk, **changes) as connector,
        ):
            finder = Finder(connector.receive, clock)
            async with serving(finder.app()) as url:
                sandbox.push_to(url)
                yield Scene(sandbox, source, connector, desk, finder, clock)
    finally:
        await database.close()
