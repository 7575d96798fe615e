"""Rules that no planted fault breaks, each broken once by a connector that is played; and the kit's own limits."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from finder.connectors.sdk import exchanges, record
from finder.connectors.sdk.check import evidence as seen
from finder.connectors.sdk.check import probe
from finder.connectors.sdk.check.judge import MAX_PLACES, judge
from finder.connectors.sdk.check.rule import ANYTHING, Found, Rule, Severity, Text, found
from finder.connectors.sdk.check.rules import RULES
from finder.connectors.sdk.exchanges import Opened, RawExchange, Watcher
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import PushAnswer, Refused, StationPage, StatusPage
from finder.connectors.sdk.record import read_recording
from finder.errors import BadInput, OperatorRefused
from finder.live.model import Observation, Status
from finder.sandbox.planted import PLANTS
from finder.stations.model import Connector, Station, Tariff
from tests.protocol.tcec102_peer import Hand
from tests.unit.played import QUICK, Played, station

Change = Callable[[seen.Evidence], None]


async def evidence_of(played: Played) -> seen.Evidence:
    """Of a connector that does everything right."""
    probing = probe.Probe(lambda _: played, Workbench(clock=played.clock))
    return await probing.run(QUICK)


def only(evidence: seen.Evidence, *stations: Station, refused: Sequence[Refused] = ()) -> None:
    for read in evidence.reads:
        read.pages[:] = [StationPage(stations, refused)]


def empty(evidence: seen.Evidence) -> None:
    only(evidence)


def foreign(evidence: seen.Evidence) -> None:
    only(evidence, msgspec.structs.replace(station(), id="other/S1"))


def powerless(evidence: seen.Evidence) -> None:
    evse = msgspec.structs.replace(station().evses[0], connectors=(Connector(id="1"),))
    only(evidence, msgspec.structs.replace(station(), evses=(evse,)))


def refused(evidence: seen.Evidence) -> None:
    only(evidence, station(), refused=[Refused("S9", "SOMETHING", "不行", "no")])


def wordy(evidence: seen.Evidence) -> None:
    only(evidence, msgspec.structs.replace(station(), tariffs=(Tariff(id="1", text="面议"),)))


def in_future(evidence: seen.Evidence) -> None:
    read = evidence.statuses[0]
    late = [replace(each, observed_at=read.at + timedelta(minutes=5, seconds=1)) for each in read.page.observations]
    evidence.statuses[0] = replace(read, page=StatusPage(late))


def elsewise(evidence: seen.Evidence) -> None:
    evidence.hints = seen.Hints(statuses={"op/1": Status.FAULTED})


def naive(evidence: seen.Evidence) -> None:
    read = evidence.statuses[0]
    told = [replace(each, observed_at=each.observed_at.replace(tzinfo=None)) for each in read.page.observations]
    evidence.statuses[0] = replace(read, page=StatusPage(told))


def push_refused(evidence: seen.Evidence) -> None:
    evidence.pushes.append(seen.PushSeen(evidence.began_at, Opened(interface="notify"), "x", PushAnswer(401, b"")))


def session(**fields: Any) -> Change:
    def change(evidence: seen.Evidence) -> None:
        at = next(n for n, entry in enumerate(evidence.desk) if entry.kind == "session")
        entry = evidence.desk[at]
        evidence.desk[at] = msgspec.structs.replace(entry, raw=entry.raw | fields)

    return change


def unreadable(evidence: seen.Evidence) -> None:
    at = next(n for n, entry in enumerate(evidence.desk) if entry.kind == "bill")
    bill = evidence.desk[at]
    raw = bill.raw | {"ended_at": bill.raw["started_at"], "started_at": bill.raw["ended_at"]}
    evidence.desk[at] = msgspec.structs.replace(bill, raw=raw)


def failed(error: Exception) -> Change:
    return lambda evidence: evidence.troubles.append(seen.Trouble.of("catalogue", error))


BROKEN: dict[str, Change] = {
    "CATALOGUE_EMPTY": empty,
    "ID_FOREIGN": foreign,
    "POWER_UNKNOWN": powerless,
    "RECORD_REFUSED": refused,
    "TARIFF_MISSING": lambda evidence: only(evidence, station()),
    "TARIFF_UNREAD": wordy,
    "STATUS_DIFFERS": elsewise,
    "STATUS_IN_FUTURE": in_future,
    "TIME_WITHOUT_ZONE": naive,
    "PUSH_REFUSED": push_refused,
    "SESSION_POWER_ABSURD": session(kw="1501"),
    "SESSION_IN_FUTURE": session(observed_at="2027-01-01T00:00:00Z"),
    "BILL_UNREADABLE": unreadable,
    "STEP_FAILED": failed(OperatorRefused("拒绝", "refused")),
    "CONNECTOR_FAULT": failed(KeyError("Status")),
}


def test_every_rule_is_broken_by_a_planted_fault_or_here() -> None:
    assert {rule.code for rule in RULES} == {plant.rule for plant in PLANTS} | set(BROKEN)


@pytest.mark.parametrize("code", sorted(BROKEN))
async def test_a_rule_is_kept_until_it_is_broken(code: str) -> None:
    evidence = await evidence_of(Played(Hand()))
    if code != "TARIFF_MISSING":  # what is played has no prices
        assert code not in judge(evidence).codes
    BROKEN[code](evidence)
    assert code in judge(evidence).codes


async def test_what_cannot_be_judged_is_said_and_ends_nothing() -> None:
    evidence = await evidence_of(Played(Hand()))
    naive(evidence)
    report = judge(evidence)
    assert "STATUS_IN_FUTURE" in {code for code, _ in report.unseen}
    assert "CATALOGUE_SHRINKS" in report.kept


@pytest.mark.parametrize(("count", "shown"), [(MAX_PLACES, MAX_PLACES), (MAX_PLACES + 1, MAX_PLACES)])
async def test_a_finding_shows_so_many_places_and_counts_them_all(count: int, shown: int) -> None:
    def find(_: seen.Evidence) -> Iterator[Found]:
        yield from (found(str(n), "处", "place") for n in range(count))

    words = Text("规则", "a rule")
    rule = Rule("MANY", Severity.HINT, words, words, ANYTHING, find)
    (finding,) = judge(await evidence_of(Played(Hand())), [rule]).findings
    assert (len(finding.places), finding.count) == (shown, count)


@pytest.mark.parametrize(("pages", "ended"), [(3, True), (4, False)])
async def test_a_catalogue_is_read_to_its_limit_and_not_beyond(
    monkeypatch: pytest.MonkeyPatch, pages: int, *, ended: bool
) -> None:
    class Paged(Played):
        async def stations(self, since: datetime | None) -> AsyncIterator[StationPage]:
            for n in range(pages):
                yield StationPage([station(n + 1)])

    monkeypatch.setattr(probe, "MAX_PAGES", 3)
    evidence = await evidence_of(Paged(Hand()))
    assert evidence.reads[0].ended is ended


@pytest.mark.parametrize(("spare", "taken"), [(0, True), (-1, False)])
def test_a_recording_is_read_to_its_limit_and_not_beyond(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, spare: int, *, taken: bool
) -> None:
    header = record.Header(format=record.FORMAT, protocol="x", entry={}, began_at=Hand().now, plan=probe.Plan())
    (file := tmp_path / "x.jsonl").write_bytes(msgspec.json.encode(header))
    monkeypatch.setattr(record, "MAX_BYTES", file.stat().st_size + spare)
    if taken:
        assert read_recording(file).header == header
    else:
        with pytest.raises(BadInput, match="over"):
            read_recording(file)


async def test_of_an_answer_so_much_is_kept_and_all_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchanges, "MAX_KEPT_BYTES", 4)
    kept: list[RawExchange] = []

    async def body() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"1234"

    inner = httpx.MockTransport(lambda _: httpx.Response(200, content=body()))
    async with httpx.AsyncClient(transport=Watcher(inner, Hand(), kept.append)) as client:
        answer = await client.get("http://operator.example/")
    assert answer.content == b"1234" * 3
    assert [each.answer for each in kept] == [b"1234"]


async def test_a_session_told_as_free_before_and_after_it_charged_contradicts_nothing() -> None:
    evidence = await evidence_of(Played(Hand()))
    charging = [each.observed_at for _, each in evidence.sessions() if each.state == "CHARGING"]
    times = (min(charging) - timedelta(seconds=1), max(charging) + timedelta(seconds=1))
    free = [Observation("op/1", Status.AVAILABLE, at, "op") for at in times]
    evidence.pushes.append(seen.PushSeen(times[0], Opened(interface="n"), "y", PushAnswer(200, b"", observations=free)))
    assert "STATUS_CONTRADICTS_SESSION" not in judge(evidence).codes
    between = Observation("op/1", Status.AVAILABLE, max(charging), "op")
    evidence.pushes.append(
        seen.PushSeen(times[1], Opened(interface="n"), "z", PushAnswer(200, b"", observations=[between]))
    )
    assert "STATUS_CONTRADICTS_SESSION" in judge(evidence).codes
