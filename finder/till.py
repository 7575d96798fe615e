"""The till, composed in one place: channels, orders, outbox, sweeper, callbacks, and who begins what."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import structlog
from starlette.routing import Route

from finder.aftercare import Aftercare, Outsiders
from finder.charging.agreements import Agreements
from finder.charging.desk import KeepingDesk, OrderDesk
from finder.charging.effects import handlers
from finder.charging.nightly import Nightly
from finder.charging.notices import Notices
from finder.charging.orders import Orders
from finder.charging.outside import Outside
from finder.charging.parking import Plates
from finder.charging.progress import Progress
from finder.charging.quotes import QuoteIds
from finder.charging.starting import Network, Starts, Stations, Terms
from finder.charging.sweep import Sweeper
from finder.errors import Unavailable
from finder.identity.vault import Vault
from finder.kernel.clock import Clock, system_clock
from finder.money.channels.config import load_channels, open_channel, read_terms
from finder.money.channels.port import Channel
from finder.sandbox.money import COMMISSION_PERMILLE, AgreeingAlipay, PracticeMoney, practice_merchants
from finder.settings import Settings
from finder.stations.model import SourceId
from finder.storage.database import Database
from finder.storage.outbox import Handler, Outbox
from finder.storage.unit import Work
from finder.web.payments import pay_routes

SWEEP_EVERY_S = 10.0
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Merchants:
    """Where money goes: the channels by name, and each operator's terms."""

    channels: Mapping[str, Channel]
    terms: Mapping[SourceId, Terms]


class Till:
    """Everything that an order needs, over one database."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        desk: KeepingDesk,
        merchants: Merchants,
        agreements: Agreements,
        outsiders: Outsiders,
        plates: Plates,
        clock: Clock = system_clock,
        more: Mapping[str, Handler] = MappingProxyType({}),
    ) -> None:
        """`more`: handlers of other rooms' letters."""
        self.work = Work(database, clock)
        self.merchants = merchants
        self._connector: Callable[[SourceId], object | None] = lambda _: None
        self.aftercare = Aftercare(database, vault, outsiders, lambda: self.outbox.wake(), plates, clock)
        outside = Outside(
            self.work,
            merchants.channels,
            lambda source: self._connector(source),
            agreements,
            self.aftercare.car_park,
        )
        self.outbox = Outbox(self.work, handlers(outside) | self.aftercare.handlers() | dict(more))
        self.desk = OrderDesk(desk, self.work, self.outbox.wake)
        # Where money is practised nobody waits for the night.
        real = not any(channel.practice for channel in merchants.channels.values())
        self.orders = Orders(self.work, self.outbox.wake, shares_wait=real)
        self.starts = Starts(self.orders, QuoteIds(vault), merchants.channels, merchants.terms.get, agreements, clock)
        self.progress = Progress(self.work)
        self._nightly = Nightly(outside, self.desk, desk.bills, self.outbox.wake)
        self._sweeper = Sweeper(outside)
        self._notices = Notices(self.work, self.outbox.wake)
        self._tasks: Sequence[asyncio.Task[None]] = ()

    @property
    def open(self) -> bool:
        """Whether anything can be paid here."""
        return bool(self.merchants.channels)

    def connect(self, stations: Stations, network: Network) -> None:
        """Tells it where stations and operators are, once they are open."""
        self._connector = network.connector
        self.starts.connect(stations, network)

    def routes(self) -> list[Route]:
        """What channels call back."""
        return pay_routes(self.merchants.channels, self._notices.take)

    def start(self) -> None:
        """Begins to carry out what is due and to ask for what was not told, beside whoever else does."""
        work = (self.outbox.run(), self._sweep(), self._nightly.run())
        self._tasks = [asyncio.create_task(each) for each in work]

    async def close(self) -> None:
        """Stops; what is not done yet another worker, or the next start, does."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self.progress.close()
        await self.aftercare.close()
        for channel in self.merchants.channels.values():
            await channel.close()

    async def _sweep(self) -> None:
        while True:
            try:
                await self._sweeper.step()
            except Unavailable as away:
                log.warning("sweeper_waits", code=away.code, error=away.en)
            except Exception:
                log.exception("sweeper_fault")
            await asyncio.sleep(SWEEP_EVERY_S)


def open_merchants(settings: Settings, practice: PracticeMoney | None, clock: Clock = system_clock) -> Merchants:
    """The real channels of FINDER_CHANNELS_FILE, or else the practice ones; none where there are neither.

    Raises SettingsError.
    """
    if practice is not None:
        url = settings.base_url
        channels: dict[str, Channel] = {
            "wechat": open_channel(practice.wechat(url), clock, sandbox=True),
            "alipay": AgreeingAlipay(practice.alipay(url), clock),
        }
        return Merchants(
            channels, {who: Terms(each, COMMISSION_PERMILLE) for who, each in practice_merchants().items()}
        )
    channels = load_channels(settings.channels_file, settings.base_url, os.environ, clock)
    terms = read_terms(settings.channels_file)
    return Merchants(channels, {who: Terms(each.merchants, each.commission_permille) for who, each in terms.items()})
