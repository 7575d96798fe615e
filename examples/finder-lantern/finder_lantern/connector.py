"""Lantern Charge: how its platform is asked, and what its answers mean."""

import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import httpx
import msgspec

from finder.connectors.sdk.exchanges import PageTold, PlainWire, RawExchange
from finder.connectors.sdk.kinds import Entry, Workbench
from finder.connectors.sdk.ports import Rhythm, StationPage, StatusPage
from finder.connectors.sdk.quality import Claim, Grade
from finder.connectors.sdk.records import batches, read, sift
from finder.connectors.sdk.rest import RestClient, pages
from finder.connectors.sdk.signing import hmac_sha256
from finder.kernel.geo import Point, wgs84_from_gcj02
from finder.kernel.money import unit_price
from finder.live.model import Observation, Status
from finder.stations import model

HUBS_AT_ONCE = 20
LIGHTS = {"green": "AVAILABLE", "amber": "OCCUPIED", "blue": "CHARGING", "red": "FAULTED", "dark": "OFFLINE"}


class _Outlet(msgspec.Struct):
    outlet_no: str
    label: str = ""
    light: str = ""  # in live answers alone


class _Post(msgspec.Struct):
    post_no: str
    watts: int
    standard: str
    outlets: list[_Outlet]


class _Span(msgspec.Struct):  # prices in fen per kWh until this time of the day
    until: str
    energy_fen: Decimal
    service_fen: Decimal


class _Hub(msgspec.Struct):
    hub_no: str
    title: str
    position: str  # "lon,lat" in GCJ-02
    city_code: str
    address: str
    parking: str
    tariff: list[_Span]
    posts: list[_Post]


class _Answer(msgspec.Struct):
    data: list[msgspec.Raw]
    next: str | None = None


class LanternConnector:
    """One operator. Is an OperatorConnector, StationSource and StatusSource."""

    def __init__(self, entry: Entry, bench: Workbench) -> None:
        self.source, self.name, self.rhythm, self.practice = entry.source, entry.name, Rhythm(), False
        self.wire, self._clock = PlainWire(_page_told), bench.clock
        self._id, self._secret = bench.secret(f"{entry.secrets}_ID"), bench.secret(f"{entry.secrets}_SECRET")
        self._client = RestClient(entry.base_url, entry.name, bench, sign=self._sign)

    async def stations(self, since: datetime | None) -> AsyncIterator[StationPage]:
        """The catalogue, or what changed since then."""
        changed = {} if since is None else {"changed_after": str(int(since.timestamp()))}

        async def ask(cursor: str) -> tuple[_Answer, str | None]:
            page = await self._client.get(_Answer, "/api/hubs", changed | ({"after": cursor} if cursor else {}))
            return page, page.next

        async for page in pages("", ask, self.name):
            yield StationPage(*sift(page.data, self._station, "hub_no"))

    async def status(self, stations: Sequence[model.Station]) -> StatusPage:
        """Every outlet of those of these stations that are this operator's."""
        at = self._clock().replace(microsecond=0)  # true at some time after we asked
        raws: list[msgspec.Raw] = []
        for hubs in batches(stations, self.source, HUBS_AT_ONCE):
            raws += (await self._client.get(_Answer, "/api/live", {"hubs": ",".join(hubs)})).data
        return StatusPage(*sift(raws, lambda raw: self._observation(read(raw, _Outlet), at), "outlet_no"))

    async def close(self) -> None:
        """Lets go of connections."""
        await self._client.close()

    def _observation(self, outlet: _Outlet, at: datetime) -> Observation:
        status = Status(LIGHTS.get(outlet.light, "UNKNOWN"))  # a light that nobody knows is never free
        return Observation(f"{self.source}/{outlet.outlet_no}", status, at, self.source)

    def _station(self, raw: msgspec.Raw) -> model.Station:
        hub = read(raw, _Hub)
        lon, _, lat = hub.position.partition(",")
        return model.Station(
            id=f"{self.source}/{hub.hub_no}",
            name=hub.title,
            operator=model.Operator(id=self.source, name=self.name),
            place=wgs84_from_gcj02(Point(float(lat), float(lon))),
            evses=tuple(self._evse(post, outlet) for post in hub.posts for outlet in post.outlets),
            provenance=(model.Provenance(source=self.source, native_id=hub.hub_no, fetched_at=self._clock()),),
            address=hub.address,
            area_code=hub.city_code,
            tariffs=(model.Tariff(id="1", periods=tuple(_periods(hub.tariff))),),
            parking_fee=model.ParkingFee(hub.parking.upper()),
        )

    def _evse(self, post: _Post, outlet: _Outlet) -> model.Evse:
        kind, current = model.ConnectorType(post.standard.replace("GB", "GBT")), model.Current(post.standard[3:])
        plug = model.Connector(id="1", type=kind, current=current, power_kw=post.watts / 1000)
        number = f"{self.source}/{outlet.outlet_no}"
        return model.Evse(id=number, connectors=(plug,), label=outlet.label, equipment_id=post.post_no)

    def _sign(self, request: httpx.Request) -> None:
        path, nonce, at = request.url.raw_path.decode(), secrets.token_hex(8), str(int(self._clock().timestamp()))
        sign = hmac_sha256(self._secret, request.method, path, at, nonce, encoding="base64")
        told = {"lantern-key": self._id, "lantern-time": at, "lantern-nonce": nonce, "lantern-sign": sign}
        request.headers.update(told)


def _periods(spans: list[_Span]) -> Iterator[model.TariffPeriod]:
    start = 0
    for span in spans:
        end = int(span.until[:2]) * 60 + int(span.until[3:])
        prices = unit_price(span.energy_fen / 100), unit_price(span.service_fen / 100)
        yield model.TariffPeriod(start=start, end=end, electricity=prices[0], service=prices[1])
        start = end


def _page_told(raw: RawExchange, told: Any) -> PageTold:
    ids = tuple(hub["hub_no"] for hub in told["data"])  # a live answer has none, and is no page
    no = 2 if "after" in raw.url.params else 1
    return PageTold(no=no, count=None if told["next"] else no, items=told["total"], items_are="total", ids=ids)


class Kind:
    """Builds connectors to Lantern Charge."""

    name, config, quality = "lantern", Entry, Claim(Grade.SILVER)

    def build(self, config: Entry, bench: Workbench) -> LanternConnector:
        """Raises SettingsError where a secret is missing."""
        return LanternConnector(config, bench)
