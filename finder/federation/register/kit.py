"""The port to the conformance kit, and a first look for where no kit is plugged in."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import OperatorConnector, StationSource, StatusSource
from finder.errors import FinderError
from finder.stations.model import Station

Build: TypeAlias = Callable[[Workbench], OperatorConnector]
STATUS_STATIONS = 50
MAX_PAGES = 5_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the kit says: whether nothing is wrong that would mislead a driver, and its report as JSON values."""

    passed: bool
    report: Mapping[str, Any] = field(repr=False)


class Kit(Protocol):
    """Judges a connector. It makes the connector itself, on a bench of its own, so that it can look at the wire."""

    async def run(self, build: Build, bench: Workbench) -> Verdict:
        """Asks for everything and judges it; whatever the operator does is in the verdict and never raised."""


class FirstLook:
    """A Kit that only sees whether stations and their statuses come, and are the operator's own."""

    async def run(self, build: Build, bench: Workbench) -> Verdict:
        """See Kit."""
        findings: list[dict[str, str]] = []
        stations: list[Station] = []
        connector = build(bench)
        try:
            await self._look(connector, stations, findings)
        except FinderError as error:
            findings.append({"code": error.code, "zh": error.zh, "en": error.en})
        finally:
            await connector.close()
        report = {
            "kit": "first-look",
            "source": connector.source,
            "name": connector.name,
            "stations": len(stations),
            "evses": sum(len(station.evses) for station in stations),
            "errors": len(findings),
            "findings": findings,
        }
        return Verdict(not findings, report)

    async def _look(
        self, connector: OperatorConnector, stations: list[Station], findings: list[dict[str, str]]
    ) -> None:
        if isinstance(connector, StationSource):
            pages = 0
            async for page in connector.stations(None):
                pages += 1
                stations += page.stations
                findings += [{"code": r.code, "subject": r.native_id, "zh": r.zh, "en": r.en} for r in page.refused]
                if pages >= MAX_PAGES:
                    findings.append(_found("CATALOGUE_ENDLESS", "目录没有尽头", "the catalogue does not end"))
                    break
                await asyncio.sleep(0)
        if not stations:
            findings.append(_found("NO_STATIONS", "没有任何可用的充电站", "no station came that can be used"))
            return
        own = f"{connector.source}/"
        evses = {evse.id for station in stations for evse in station.evses}
        if not all(each.startswith(own) for each in (*evses, *(station.id for station in stations))):
            findings.append(_found("NOT_OWNED", "编号不属于该运营商", "an id is not the operator's own"))
        if isinstance(connector, StatusSource):
            await self._statuses(connector, stations[:STATUS_STATIONS], evses, findings)

    async def _statuses(
        self, source: StatusSource, asked: Sequence[Station], evses: set[str], findings: list[dict[str, str]]
    ) -> None:
        seen = {observation.evse_id for observation in (await source.status(asked)).observations}
        if not seen & evses:
            findings.append(_found("NO_STATUS", "没有任何充电桩的实时状态", "no EVSE's live status came"))
        if seen - evses:
            findings.append(_found("STATUS_UNKNOWN_EVSE", "状态指向目录之外的充电桩", "a status is of an unknown EVSE"))


def _found(code: str, zh: str, en: str) -> dict[str, str]:
    return {"code": code, "zh": zh, "en": en}
