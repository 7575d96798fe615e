"""A street of practice piles in Xinzhou: lamps and private ones, which join the finder and stay joined."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from websockets.exceptions import InvalidStatus, WebSocketException

from finder.connectors.ocpp.config import OcppConfig
from finder.connectors.ocpp.connector import OcppConnector
from finder.connectors.ocpp.passwords import hash_password
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.piles import MemoryPiles, Pile, PileConnector
from finder.kernel.clock import Clock, system_clock
from finder.kernel.geo import Point
from finder.kernel.money import UnitPrice
from finder.sandbox.ocpp.pile import PracticePile
from finder.sandbox.ocpp.pile16 import PracticePile16
from finder.sandbox.ocpp.pile201 import PracticePile201
from finder.stations.model import Access, ConnectorType, Construction, OpeningHours, Tariff, TariffPeriod

STREET_SOURCE = "lamps"
STREET_NAME = "街边共享桩（演示）"
SEED = 20251231
_LAMPS = 9
_ACROSS = Point(38.4105, 112.7210), Point(38.4105, 112.7480)  # the street's two ends, WGS-84
_RETRY_S = 5.0
_NIGHTS = OpeningHours(spans=tuple((d * 1440 + 1140, d * 1440 + 1440) for d in range(7)), text="每天 19:00-24:00")
_WEEKDAYS = OpeningHours(spans=tuple((d * 1440 + 540, d * 1440 + 1020) for d in range(5)), text="工作日 9:00-17:00")


def street_piles() -> list[Pile]:
    """Lamps that are open to everybody at all times, and three private piles in their owners' hours."""
    west, east = _ACROSS
    piles = [
        Pile(
            id=f"LAMP-{n + 1:02}",
            owner="city",
            name=f"和平街 {n + 1} 号路灯",
            place=Point(west.lat, west.lon + (east.lon - west.lon) * n / (_LAMPS - 1)),
            connectors=(PileConnector(number=1, type=ConnectorType.GBT_AC, power_kw=7.0),),
            tariff=_tariff(4200, 2000),
            access=Access.PUBLIC,
            construction=Construction.ROADSIDE,
        )
        for n in range(_LAMPS)
    ]
    private = (
        ("HOME-17", "长征街 17 号院私桩", Point(38.4171, 112.7302), _NIGHTS, 1),
        ("HOME-21", "七一路 21 号院私桩", Point(38.4039, 112.7391), _WEEKDAYS, 1),
        ("SHOP-03", "学府巷 3 号店铺双枪桩", Point(38.4192, 112.7440), None, 2),
    )
    for pile_id, name, place, hours, plugs in private:
        connectors = tuple(PileConnector(number=n + 1, type=ConnectorType.GBT_AC, power_kw=7.0) for n in range(plugs))
        piles.append(
            Pile(
                id=pile_id,
                owner=f"owner-of-{pile_id}",
                name=name,
                place=place,
                connectors=connectors,
                tariff=_tariff(5200, 3000),
                hours=hours,
                access_note="请勿占位，充满请挪车",
                construction=Construction.RESIDENTIAL,
            )
        )
    return piles


def _tariff(electricity: int, service: int) -> Tariff:
    """Cheaper at night; prices in 1/10,000 yuan per kWh."""
    night, day = UnitPrice(electricity // 2), UnitPrice(electricity)
    spans = ((0, 420, night), (420, 1380, day), (1380, 1440, night))
    periods = tuple(
        TariffPeriod(start=start, end=end, electricity=price, service=UnitPrice(service)) for start, end, price in spans
    )
    return Tariff(id="own", periods=periods)


def practice_street(password: str, bench: Workbench, piles: Sequence[Pile] = ()) -> OcppConnector:
    """The connector through which the finder takes the street in; its register is this process's alone."""
    encoded = hash_password(password)
    known = piles or street_piles()
    register = MemoryPiles(bench.clock, [(STREET_SOURCE, pile, encoded) for pile in known])
    return OcppConnector(OcppConfig(STREET_SOURCE, STREET_NAME, practice=True), replace(bench, piles=register))


class Street:
    """The piles' own side. A pile that is thrown out or finds nobody comes again."""

    def __init__(
        self,
        password: str,
        piles: Sequence[Pile] = (),
        clock: Clock = system_clock,
        *,
        every_s: float = 20.0,
        seed: int = SEED,
    ) -> None:
        """Every `every_s` seconds a pile reads its meter, or a car comes or goes."""
        self._dice = random.Random(seed)  # noqa: S311 - cars come and go by it, nothing else
        self._every_s = every_s
        self.piles: list[PracticePile] = [
            (PracticePile16, PracticePile201)[n % 2]("", pile.id, password, plugs=len(pile.connectors), clock=clock)
            for n, pile in enumerate(piles or street_piles())
        ]
        self._parked: set[tuple[str, int]] = set()
        self._tasks: list[asyncio.Task[None]] = []

    async def go_to(self, base_url: str | None) -> None:
        """Joins the finder at that address (`http://…`) from now on; None leaves it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, *(pile.leave() for pile in self.piles), return_exceptions=True)
        self._tasks = []
        if base_url is not None:
            for pile in self.piles:
                pile.url = f"{base_url.replace('http', 'ws', 1)}/ocpp/{STREET_SOURCE}"
            self._tasks = [asyncio.create_task(self._live(pile)) for pile in self.piles]

    async def _live(self, pile: PracticePile) -> None:
        while True:
            with suppress(OSError, TimeoutError, InvalidStatus, WebSocketException):
                if not pile.online:
                    await pile.join()
                    self._parked -= {(pile.id, plug) for plug in pile.wh}
                while pile.online:
                    await asyncio.sleep(self._every_s * self._dice.uniform(0.8, 1.2))
                    for plug in pile.wh:
                        await self._step(pile, plug)
            await asyncio.sleep(min(_RETRY_S, self._every_s))

    async def _step(self, pile: PracticePile, plug: int) -> None:
        if plug in pile.charges:
            pile.flow_until_now(plug)
            await pile.measure(plug)
            return
        parked = (pile.id, plug) in self._parked
        if self._dice.random() < (0.1 if parked else 0.05):
            await pile.tell_status(plug, "free" if parked else "plugged")
            self._parked ^= {(pile.id, plug)}
        else:
            await pile.beat()
