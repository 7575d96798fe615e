"""What a rule is: a code, a severity, what it needs to see, how to mend what it finds."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from finder.connectors.sdk.check.evidence import Evidence
from finder.connectors.sdk.exchanges import Signature


class Severity(StrEnum):
    """ERROR misleads a driver or loses money; WARNING makes the feed worse; HINT is worth knowing."""

    ERROR = "ERROR"
    WARNING = "WARNING"
    HINT = "HINT"


class Text(NamedTuple):
    """A sentence in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Found:
    """One place where a rule is broken: the id of a station, EVSE, session or page, and what was seen there."""

    subject: str
    seen: Text


@dataclass(frozen=True, slots=True)
class Need:
    """What a rule must have seen, and what to do where it has not.

    `of` names capabilities without all of which nothing can be done: the connector cannot.
    """

    met: Callable[[Evidence], bool]
    how: Text
    of: tuple[str, ...] = ()

    def lacking(self, evidence: Evidence) -> Text:
        """What is to be done so that the rule can be judged."""
        if not self.of or evidence.capabilities.intersection(self.of):
            return self.how
        able = ", ".join(self.of)
        return Text(f"连接器没有能力 {able}", f"the connector has none of: {able}")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the kit. `find` is pure and yields nothing where all is well."""

    code: str
    severity: Severity
    what: Text
    mend: Text
    need: Need
    find: Callable[[Evidence], Iterable[Found]]


def found(subject: str, zh: str, en: str) -> Found:
    """A short way to write one."""
    return Found(subject, Text(zh, en))


def refusals(*codes: str) -> Callable[[Evidence], Iterator[Found]]:
    """Finds the records that the connector refused under these codes."""

    def find(evidence: Evidence) -> Iterator[Found]:
        for record in evidence.refused:
            if record.code in codes:
                yield found(record.native_id, record.zh, record.en)

    return find


def troubles(*codes: str) -> Callable[[Evidence], Iterator[Found]]:
    """Finds the steps that ended with these codes."""

    def find(evidence: Evidence) -> Iterator[Found]:
        for trouble in evidence.troubles:
            if trouble.code in codes:
                yield found(trouble.step, trouble.zh, trouble.en)

    return find


def together(*finders: Callable[[Evidence], Iterable[Found]]) -> Callable[[Evidence], Iterator[Found]]:
    """Whatever any of them finds, each subject once."""

    def find(evidence: Evidence) -> Iterator[Found]:
        seen: set[str] = set()
        for finder in finders:
            for each in finder(evidence):
                if each.subject not in seen:
                    seen.add(each.subject)
                    yield each

    return find


ANYTHING = Need(lambda _: True, Text("", ""))
READ = Need(lambda e: bool(e.reads), Text("需要读取目录", "needs a reading of the catalogue"))
STATIONS = Need(
    lambda e: bool(e.reads and (e.stations or e.reads[0].refused)),
    Text("需要读到至少一个站点", "needs a station of the catalogue"),
)
TWO_READS = Need(
    lambda e: len(e.reads) > 1 and all(read.ended for read in e.reads),
    Text("需要完整读取目录两次", "needs two whole readings of the catalogue"),
)
CHANGES = Need(lambda e: bool(e.changes), Text("需要按时间增量读取一次", "needs a reading of what changed"))
STATUS = Need(
    lambda e: bool(e.statuses), Text("需要查询一次实时状态", "needs live status, asked for once"), ("status",)
)
PUSHES = Need(
    lambda e: bool(e.pushes),
    Text("需要收到推送：加 --listen 秒数", "needs pushes: add --listen SECONDS"),
    ("pushes",),
)
DESK = Need(
    lambda e: bool(e.desk),
    Text(
        "需要充电会话或账单：加 --start EVSE，或收取推送",
        "needs sessions or bills: add --start EVSE, or receive pushes",
    ),
    ("control", "bills", "pushes"),
)
COMMANDS = Need(
    lambda e: bool(e.commands),
    Text(
        "需要启停一次充电：加 --start EVSE（会真的启动）",
        "needs a start and a stop: add --start EVSE (it really starts)",
    ),
    ("control",),
)
WIRE = Need(lambda e: bool(e.exchanges or e.pushes), Text("需要看到往来报文", "needs to see messages on the wire"))
PAGES = Need(
    lambda e: any(exchange.opened.page for exchange in e.exchanges) or bool(e.troubles),
    Text(
        "需要看到分页报文（连接器的 wire 说明分页）", "needs pages on the wire, which the connector's `wire` tells of"
    ),
)
SIGNED = Need(
    lambda e: (
        any(exchange.opened.signature is not Signature.NONE for exchange in e.exchanges)
        or any(push.opened.signature is not Signature.NONE for push in e.pushes)
        or bool(e.troubles)
    ),
    Text("需要看到签名的报文", "needs signed messages on the wire"),
)
TARIFFS = Need(
    lambda e: any(station.tariffs for station in e.stations),
    Text("需要至少一个有电价的站点", "needs a station with a tariff"),
)
