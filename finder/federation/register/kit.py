"""The port to the conformance kit, and the kit behind it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from finder.connectors.sdk.check import Hints, Plan, check_built
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import OperatorConnector

Build: TypeAlias = Callable[[Workbench], OperatorConnector]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the kit says: whether nothing is wrong that would mislead a driver, and its report as JSON values."""

    passed: bool
    report: Mapping[str, Any] = field(repr=False)


class Kit(Protocol):
    """Judges a connector. It makes the connector itself, on a bench of its own, so that it can look at the wire."""

    async def run(self, build: Build, bench: Workbench) -> Verdict:
        """Asks for everything and judges it; whatever the operator does is in the verdict and never raised."""


class Conformance:
    """The SDK's kit: passed where no rule finds an error, and a station came at all."""

    def __init__(self, hints: Hints | None = None, plan: Plan | None = None) -> None:
        self._hints, self._plan = hints, plan

    async def run(self, build: Build, bench: Workbench) -> Verdict:
        """See Kit."""
        report = await check_built(build, bench, plan=self._plan, hints=self._hints)
        told = report.to_builtins()
        if not report.stations:
            told["errors"] += 1
            told["findings"] = [_NO_STATIONS, *told["findings"]]
        return Verdict(not told["errors"], told)


_NO_STATIONS = {
    "code": "NO_STATIONS",
    "severity": "ERROR",
    "what": {"zh": "没有任何可用的充电站", "en": "no station came that can be used"},
    "mend": {"zh": "请检查地址、凭证和目录接口", "en": "check the address, the credentials and the catalogue"},
    "count": 1,
    "places": [],
}
