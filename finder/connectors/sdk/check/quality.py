"""Holds what a connector claims of its quality against a report: shown, not shown, or not so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from finder.connectors.sdk.check.judge import Report
from finder.connectors.sdk.check.rule import Severity, Text
from finder.connectors.sdk.quality import Claim, Grade


class Seen(StrEnum):
    """How a criterion stands after a check."""

    HOLDS = "HOLDS"
    FAILS = "FAILS"
    NOT_SEEN = "NOT_SEEN"  # the check did not look, or the connector cannot do it
    EXEMPT = "EXEMPT"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that a grade asks for. `may_lack` where a vendor may make it impossible, which needs a reason."""

    code: str
    grade: Grade
    what: Text
    judge: Callable[[Report], Seen]
    may_lack: bool = False


@dataclass(frozen=True, slots=True)
class Quality:
    """What a check showed: the grade reached, None below bronze, and how each criterion stands."""

    reached: Grade | None
    seen: Sequence[tuple[Criterion, Seen]]
    claim: Claim | None = None

    @property
    def broken(self) -> list[Criterion]:
        """Criteria of the claimed grade that do not hold at the operator that was checked."""
        if self.claim is None:
            return []
        upto = ORDER.index(self.claim.grade)
        return [c for c, seen in self.seen if seen is Seen.FAILS and ORDER.index(c.grade) <= upto]

    @property
    def next(self) -> Grade | None:
        """The grade above the one that was reached; None at the top."""
        at = -1 if self.reached is None else ORDER.index(self.reached)
        return ORDER[at + 1] if at + 1 < len(ORDER) else None

    def to_builtins(self) -> dict[str, Any]:
        """For machines."""
        return {
            "reached": self.reached,
            "claimed": self.claim.grade if self.claim else None,
            "broken": [criterion.code for criterion in self.broken],
            "criteria": {criterion.code: seen for criterion, seen in self.seen},
        }

    def missing(self, grade: Grade) -> list[tuple[Criterion, Seen]]:
        """What keeps it from this grade."""
        upto = ORDER.index(grade)
        return [(c, s) for c, s in self.seen if s in (Seen.FAILS, Seen.NOT_SEEN) and ORDER.index(c.grade) <= upto]


ORDER = list(Grade)


def grade(report: Report, claim: Claim | None = None) -> Quality:
    """The grade that this check shows. An exemption counts where the criterion allows one and a reason is given."""
    reasons = claim.exempt if claim else {}
    seen: list[tuple[Criterion, Seen]] = []
    for criterion in CRITERIA:
        how = criterion.judge(report)
        if how is Seen.NOT_SEEN and criterion.may_lack and reasons.get(criterion.code, "").strip():
            how = Seen.EXEMPT
        seen.append((criterion, how))
    reached = None
    for each in ORDER:
        if any(how in (Seen.FAILS, Seen.NOT_SEEN) for criterion, how in seen if criterion.grade is each):
            break
        reached = each
    return Quality(reached, seen, claim)


def _rules(*codes: str) -> Callable[[Report], Seen]:
    """Holds where every one of these rules was judged and kept."""

    def judge(report: Report) -> Seen:
        if report.codes & set(codes):
            return Seen.FAILS
        return Seen.HOLDS if set(codes) <= set(report.kept) else Seen.NOT_SEEN

    return judge


def _able(capability: str, *codes: str) -> Callable[[Report], Seen]:
    """The same, of a connector that can do this."""
    judge = _rules(*codes)
    return lambda report: judge(report) if capability in report.capabilities else Seen.NOT_SEEN


def _none(severity: Severity) -> Callable[[Report], Seen]:
    return lambda report: Seen.FAILS if report.of(severity) else Seen.HOLDS


def _catalogue(report: Report) -> Seen:
    if "stations" not in report.capabilities:
        return Seen.NOT_SEEN
    return Seen.HOLDS if report.stations else Seen.FAILS


CRITERIA: tuple[Criterion, ...] = (
    Criterion("CATALOGUE", Grade.BRONZE, Text("有站点目录", "has a catalogue of stations"), _catalogue),
    Criterion("NO_ERRORS", Grade.BRONZE, Text("检查没有错误", "the check finds no error"), _none(Severity.ERROR)),
    Criterion(
        "IDS_STAY",
        Grade.BRONZE,
        Text("读两次，编号不变、站点不少", "read twice, ids stay and no station is lost"),
        _rules("ID_UNSTABLE", "CATALOGUE_SHRINKS"),
    ),
    Criterion(
        "LIVE_STATUS",
        Grade.SILVER,
        Text("每个接口都有实时状态", "every connector has a live status"),
        _rules("STATUS_MISSING", "STATUS_OF_UNKNOWN", "STATUS_IN_FUTURE"),
    ),
    Criterion("NO_WARNINGS", Grade.SILVER, Text("检查没有警告", "the check finds no warning"), _none(Severity.WARNING)),
    Criterion(
        "PRICES",
        Grade.SILVER,
        Text("每个站点都有读得懂的电价", "every station has a price that is understood"),
        _rules("TARIFF_MISSING", "TARIFF_UNREAD", "TARIFF_GAPS"),
        may_lack=True,
    ),
    Criterion(
        "DATUM_MEASURED",
        Grade.SILVER,
        Text("坐标系已与实测或另一来源对照", "the datum was held against a measurement or another feed"),
        _rules("PLACE_DATUM"),
    ),
    Criterion(
        "CHANGES",
        Grade.GOLD,
        Text("可只查询变更的站点", "what changed can be asked for"),
        _rules("CHANGES_IGNORED"),
        may_lack=True,
    ),
    Criterion(
        "STATUS_MEASURED",
        Grade.GOLD,
        Text("状态已与现场对照", "the status was held against what stands at the pile"),
        _rules("STATUS_SWAPPED", "STATUS_DIFFERS"),
    ),
    Criterion(
        "PUSHES",
        Grade.GOLD,
        Text("状态变化会推送，按顺序、时间正确", "changes are pushed, in order and stamped rightly"),
        _rules("PUSH_REFUSED", "PUSH_TIME_ZONE", "PUSH_IN_FUTURE", "PUSH_OUT_OF_ORDER"),
        may_lack=True,
    ),
    Criterion(
        "SESSIONS",
        Grade.GOLD,
        Text("可远程启停，会话有始有终", "charging is started and stopped from afar, and sessions end"),
        _able("control", "START_CHARGING_AT_ONCE", "STOP_AFTER_END", "SESSION_REOPENED", "SESSION_ENERGY_FALLS"),
        may_lack=True,
    ),
    Criterion(
        "BILLS",
        Grade.GOLD,
        Text("账单分毫不差", "bills are right to the fen"),
        _rules("BILL_TOTAL", "BILL_LINES", "BILL_PRICE", "BILL_ENERGY_RANGE", "BILL_CHANGED"),
        may_lack=True,
    ),
)
