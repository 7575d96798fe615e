"""A day of sessions and bills as a desk is told them, and the faults that are planted into it."""

from collections.abc import Collection
from copy import deepcopy
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

import msgspec

from finder.connectors.sdk.check.evidence import Command, CommandSeen, DeskEntry, Evidence
from finder.connectors.sdk.control import Commanded, Outcome, Reason
from finder.connectors.sdk.sessions import Bill, BillLine, SessionSeen, SessionState, StopReason
from finder.kernel.money import Money, UnitPrice
from finder.sandbox.planted import Planted

HOURS_AGO = (30, 20, 10, 2)  # the sessions began
ORDER = "CHECK-1"  # of the first, which we started and stopped
_ELECTRICITY, _SERVICE = UnitPrice(5946), UnitPrice(3500)


def tell_desk(evidence: Evidence, evse_ids: list[str], at: datetime, planted: Collection[Planted] = ()) -> None:
    """Adds four sessions that ended before `at`, each with its bill, and what is planted into them."""
    for n, hours in enumerate(HOURS_AGO):
        begun = at - timedelta(hours=hours, minutes=7 * n, seconds=13 + 9 * n)
        evse_id = evse_ids[n % len(evse_ids)]
        entries = _one(evidence.source, f"S{n + 1}", ORDER if n == 0 else f"ORDER-{n + 1}", evse_id, begun)
        commands = _commands(evse_id, begun) if n == 0 else []
        for fault in planted if n == 0 else ():
            entries = _plant(fault, entries)
        if Planted.BILL_SECONDS in planted:
            entries = [_change(each, started_at=_cut, ended_at=_cut) for each in entries]
        evidence.desk += entries
        evidence.commands += commands


def _one(source: str, number: str, order: str, evse_id: str, begun: datetime) -> list[DeskEntry]:
    ended = begun + timedelta(minutes=41, seconds=27)
    states = (
        (SessionState.STARTING, timedelta(seconds=1), "0"),
        (SessionState.CHARGING, timedelta(seconds=25), "0"),
        (SessionState.CHARGING, timedelta(minutes=20, seconds=5), "14.40"),
        (SessionState.ENDED, ended - begun, "30.00"),
    )
    entries = [
        _entry(
            "session",
            begun + after,
            SessionSeen(
                source=source,
                native_id=number,
                order=order,
                evse_id=evse_id,
                state=state,
                observed_at=begun + after,
                started_at=begun,
                ended_at=ended if state is SessionState.ENDED else None,
                kwh=Decimal(kwh),
            ),
        )
        for state, after, kwh in states
    ]
    middle = begun + timedelta(minutes=20, seconds=31)
    lines = tuple(
        BillLine(
            started_at=since,
            ended_at=until,
            kwh=kwh,
            electricity_price=_ELECTRICITY,
            service_price=_SERVICE,
            electricity=_ELECTRICITY.line(kwh),
            service=_SERVICE.line(kwh),
        )
        for since, until, kwh in ((begun, middle, Decimal("14.80")), (middle, ended, Decimal("15.20")))
    )
    electricity = Money(sum(line.electricity.fen for line in lines if line.electricity))
    service = Money(sum(line.service.fen for line in lines if line.service))
    bill = Bill(
        source=source,
        native_id=number,
        order=order,
        evse_id=evse_id,
        started_at=begun,
        ended_at=ended,
        kwh=Decimal("30.00"),
        electricity=electricity,
        service=service,
        total=Money(electricity.fen + service.fen),
        lines=lines,
        stop_reason=StopReason.USER,
    )
    return [*entries, _entry("bill", ended + timedelta(seconds=40), bill)]


def _entry(kind: Literal["session", "bill"], at: datetime, told: msgspec.Struct) -> DeskEntry:
    return DeskEntry(kind=kind, at=at, raw=msgspec.to_builtins(told))


def _commands(evse_id: str, begun: datetime) -> list[CommandSeen]:
    def seen(kind: Literal["start", "stop"], after: timedelta, outcome: Commanded) -> CommandSeen:
        return CommandSeen(Command(kind=kind, at=begun + after, order=ORDER, evse_id=evse_id), outcome)

    end = timedelta(minutes=41)
    refused = Commanded(Outcome.REJECTED, reason=Reason.ALREADY_STOPPED)
    return [
        seen("start", timedelta(0), Commanded(Outcome.ACCEPTED, "S1")),
        seen("stop", end, Commanded(Outcome.ACCEPTED, "S1")),
        seen("stop", end + timedelta(minutes=5), refused),
    ]


def _plant(fault: Planted, entries: list[DeskEntry]) -> list[DeskEntry]:
    *sessions, bill = entries
    raw = bill.raw
    match fault:
        case Planted.KWH_NEGATIVE:
            bill = _with(bill, kwh="-30.00")
        case Planted.KWH_ABSURD:
            lines = [{**line, "kwh": str(Decimal(line["kwh"]) * 100)} for line in raw["lines"]]
            bill = _with(bill, kwh="3000.00", lines=lines)
        case Planted.BILL_LINES:
            bill = _with(bill, lines=raw["lines"][:1])
        case Planted.BILL_PRICE:
            more = [{**line, "electricity_price": {"e4": 9_184}} for line in raw["lines"]]
            bill = _with(bill, lines=more)
        case Planted.BILL_AGAIN:
            again = [_heard(bill, minutes, "REPEATED") for minutes in (3, 8)]
            return [*sessions, bill, *again]
        case Planted.BILL_NONE:
            return sessions
        case Planted.BILL_ZONE:
            bill = _change(bill, started_at=_ahead, ended_at=_ahead)
    return [*sessions, bill]


def _with(entry: DeskEntry, **fields: Any) -> DeskEntry:
    return msgspec.structs.replace(entry, raw=deepcopy(entry.raw) | fields)


def _heard(entry: DeskEntry, minutes: int, heard: str) -> DeskEntry:
    return msgspec.structs.replace(entry, at=entry.at + timedelta(minutes=minutes), heard=heard)


def _change(entry: DeskEntry, **changes: Any) -> DeskEntry:
    there = {name: change(entry.raw[name]) for name, change in changes.items() if entry.raw.get(name)}
    return _with(entry, **there)


def _cut(time: str) -> str:
    return datetime.fromisoformat(time).replace(second=0).isoformat()


def _ahead(time: str) -> str:
    return (datetime.fromisoformat(time) + timedelta(hours=8)).isoformat()
