"""Locations and tariffs as last told, and the stations that they make together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from finder.connectors.ocpi.config import OcpiConfig
from finder.connectors.ocpi.locations import Hidden, Origin, map_location, named_tariffs
from finder.connectors.ocpi.told import Kind, Told
from finder.connectors.ocpi.values import Object, native_id
from finder.connectors.sdk.ports import Refused, StationPage
from finder.errors import BadInput
from finder.stations.model import Station

MAX_REPRICED = 500  # stations that one pushed tariff changes at once; the next crawl takes the rest


class Catalogue:
    """One operator's stations. Every method that awaits raises StoreUnavailable."""

    def __init__(self, config: OcpiConfig, told: Told) -> None:
        self._config, self.told = config, told
        self._priced: dict[str, set[str]] = {}  # by tariff, the Locations that name it, as far as this process knows

    def origin(self, now: datetime, tariffs: Mapping[str, Object] | None = None) -> Origin:
        """How its Locations are read."""
        config = self._config
        return Origin(
            config.source, config.name, now, config.practice, config.datum == "GCJ02", tariffs if tariffs else {}
        )

    async def page(self, raws: Sequence[Any], now: datetime) -> StationPage:
        """Stations of Locations; one that is not to be shown is gone, one that cannot be read is refused by name."""
        origin = replace(self.origin(now), tariffs=await self._tariffs(raws))
        stations: list[Station] = []
        refused: list[Refused] = []
        removed: list[str] = []
        for raw in raws:
            try:
                mapped = map_location(raw, origin)
            except Hidden:
                removed.append(native_id(raw))
            except BadInput as bad:
                refused.append(Refused(native_id(raw), bad.code, bad.zh, bad.en))
            else:
                stations.append(mapped.station)
                refused += mapped.refused
                self._note_tariffs(raw)
        return StationPage(stations, refused, removed)

    async def repriced(self, tariff_id: str, now: datetime) -> Sequence[Station]:
        """The stations that name this tariff."""
        ids = sorted(self._priced.get(tariff_id.lower(), ()))[:MAX_REPRICED]
        raws = (await self.told.get_many(Kind.LOCATION, ids)).values()
        return (await self.page(list(raws), now)).stations

    async def keep(self, raws: Iterable[Any]) -> None:
        """Keeps Locations of a crawl as last told."""
        known = {native_id(raw): raw for raw in raws if isinstance(raw, dict) and native_id(raw) != "?"}
        await self.told.put_many(Kind.LOCATION, known)

    async def keep_tariffs(self, raws: Iterable[Any]) -> set[str]:
        """Keeps tariffs of a crawl as last told; their ids."""
        known = {native_id(raw): raw for raw in raws if isinstance(raw, dict) and native_id(raw) != "?"}
        await self.told.put_many(Kind.TARIFF, known)
        return set(known)

    def only(self, location_ids: set[str]) -> None:
        """That a whole crawl named these Locations (in lower case) and no other: a tariff brings none of those back."""
        for named in self._priced.values():
            named &= location_ids

    async def _tariffs(self, raws: Iterable[Any]) -> Mapping[str, Object]:
        named = {each for raw in raws if isinstance(raw, dict) for each in named_tariffs(raw)}
        return await self.told.get_many(Kind.TARIFF, sorted(named))

    def _note_tariffs(self, raw: Object) -> None:
        for tariff_id in named_tariffs(raw):
            self._priced.setdefault(tariff_id, set()).add(native_id(raw).lower())


def same(one: Station, other: Station) -> bool:
    """Whether two states of a station differ in nothing but when they were read."""
    never = datetime.min
    return _at(one, never) == _at(other, never)


def _at(station: Station, moment: datetime) -> Station:
    provenance = tuple(msgspec.structs.replace(each, fetched_at=moment) for each in station.provenance)
    return msgspec.structs.replace(station, provenance=provenance)
