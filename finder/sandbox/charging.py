"""Charging at one practice operator: commands, charges that run by the clock, and what is to be pushed of them."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from finder.connectors.tcec102.wire import RET_BUSINESS, BadEnvelope
from finder.kernel.clock import SHANGHAI, Clock
from finder.sandbox.charges import (
    BY_PLATFORM,
    BY_VEHICLE,
    ENDED,
    RUNNING,
    STARTING,
    STOPPING,
    Body,
    Charge,
)
from finder.sandbox.day import CHARGING, FAULT, OCCUPIED, OFFLINE, Day
from finder.sandbox.faults import SessionFault
from finder.sandbox.meter import Meter
from finder.sandbox.network import Pile, Site
from finder.sandbox.prices import TARIFFS

_PLUGS_IN, _TELLS = timedelta(seconds=5), timedelta(seconds=50)  # of the practice day
_LATE = timedelta(seconds=600)
_PARK_TAKEN = 50
_NO_DEVICE, _OFFLINE, _OTHER, _ALREADY_STOPPED = 1, 2, 5, 3
_NOT_PLUGGED, _DEVICE_BAD = 1, 2
_STATS_DAYS = 7


@dataclass(frozen=True, slots=True)
class News:
    """What is to be pushed; a bill is sent until it is confirmed, anything else once."""

    interface: str
    body: Body
    due_at: datetime

    @property
    def is_bill(self) -> bool:
        """Whether it asks for money."""
        return self.interface == "notification_charge_order_info"


class Charging:
    """The charges of one operator, by StartChargeSeq. `faults` tells what is wrong at the moment."""

    def __init__(
        self, sites: Sequence[Site], day: Day, clock: Clock, faults: Callable[[], Sequence[SessionFault]]
    ) -> None:
        self.charges: dict[str, Charge] = {}
        self.cars: dict[str, str] = {}  # VINs of cars that were plugged in, by gun: told with what they charge
        self._sites = {site.id: site for site in sites}
        self._guns = {gun.id: (site, pile) for site in sites for pile in site.piles for gun in pile.guns}
        self._day, self._clock, self._faults = day, clock, faults
        self._news: list[News] = []
        self._never: set[str] = set()

    def interfaces(self) -> Mapping[str, Callable[[Body], Body]]:
        """What is served of it, by name."""
        return {
            "query_equip_auth": self._auth,
            "query_start_charge": self._start,
            "query_equip_charge_status": self._status,
            "query_stop_charge": self._stop,
            "query_station_stats": self._stats,
        }

    def bills(self, since: datetime, until: datetime) -> list[Body]:
        """The bills of charges that ended in since <= t < until."""
        self.advance()
        return [c.bill() for c in self.charges.values() if c.ended_at is not None and since <= c.ended_at < until]

    def begin(self, serial: str, gun_id: str) -> bool:
        """The car that is plugged in there begins under this number, where it can."""
        if serial not in self.charges and not self._refusal(gun_id):
            self._begin(serial, gun_id)
        return serial in self.charges

    def due(self) -> list[News]:
        """What is to be pushed now, in order, and is then no longer kept here."""
        self.advance()
        now, waiting = self._clock(), self._news
        self._news = [news for news in waiting if news.due_at > now]
        return [self._shown(news) for news in waiting if news.due_at <= now]

    def advance(self) -> None:
        """Lets happen what is due by now."""
        for charge in self.charges.values():
            if charge.stat < ENDED and charge.serial not in self._never:
                self._advance(charge, self._clock())

    def _advance(self, charge: Charge, now: datetime) -> None:
        if charge.stat == STARTING and now >= (begins := charge.asked_at + _PLUGS_IN / self._day.speed):
            charge.stat, charge.started_at = RUNNING, begins.replace(microsecond=0)
            if SessionFault.START_UNREPORTED not in self._faults():
                self._tell("notification_start_charge_result", charge.start_result(), now)
        if charge.started_at is None:
            return
        full_at = charge.started_at + charge.meter.full_after()
        if now >= full_at:
            self._end(charge, full_at, now)
        elif charge.stat == STOPPING:
            self._end(charge, now, now)
        elif now >= (charge.told_at or charge.started_at) + _TELLS / self._day.speed:
            charge.told_at = now
            self._tell("notification_equip_charge_status", charge.status(now), now)

    def _end(self, charge: Charge, at: datetime, now: datetime) -> None:
        faults, running = self._faults(), charge.status(at)
        self.cars.pop(charge.gun_id, None)
        charge.stop_reason = BY_PLATFORM if charge.stat == STOPPING else BY_VEHICLE
        charge.stat, charge.ended_at = ENDED, max(at.replace(microsecond=0), charge.started_at or at)
        self._day.pin(charge.gun_id, OCCUPIED, _PARK_TAKEN)
        self._day.unpin(charge.gun_id)
        news = [("notification_equip_charge_status", charge.status(now))]
        if charge.stop_reason == BY_PLATFORM:
            news.append(("notification_stop_charge_result", charge.stop_result()))
        bills = [("notification_charge_order_info", bill) for bill in self._bills(charge, faults)]
        news = [*bills, *news] if SessionFault.BILL_BEFORE_STOP in faults else [*news, *bills]
        for interface, body in news:
            late = SessionFault.BILL_LATE in faults and interface == "notification_charge_order_info"
            self._tell(interface, body, now + _LATE / self._day.speed if late else now)
        if SessionFault.STATUS_AFTER_END in faults:
            self._tell("notification_equip_charge_status", running | {"StartChargeSeqStat": RUNNING}, now)

    def _bills(self, charge: Charge, faults: Sequence[SessionFault]) -> list[Body]:
        bill = charge.bill()
        if SessionFault.BILL_WRONG_TOTAL in faults:
            bill |= {"TotalMoney": bill["TotalMoney"] + 1}
        if SessionFault.BILL_OTHER_CONNECTOR in faults:
            bill |= {"ConnectorID": next(gun for gun in self._guns if gun != charge.gun_id)}
        more = [bill] if SessionFault.BILL_TWICE in faults else []
        if SessionFault.BILL_CHANGES in faults:
            fen = Decimal("0.01")
            more.append(bill | {n: bill[n] + fen for n in ("TotalMoney", "TotalSeviceMoney")} | {"ChargeDetails": []})
        return [] if SessionFault.BILL_NEVER in faults else [bill, *more]

    def _tell(self, interface: str, body: Body, at: datetime) -> None:
        self._news.append(News(interface, body, at))

    def _shown(self, news: News) -> News:
        return News(news.interface, self._cut(news.body), news.due_at)

    def _cut(self, body: Body) -> Body:
        if SessionFault.SERIAL_LENGTH not in self._faults():
            return body
        return body | {"StartChargeSeq": str(body["StartChargeSeq"])[:-1]}

    def _auth(self, body: Body) -> Body:
        gun_id, reason = str(body.get("ConnectorID")), 0
        if SessionFault.UNPLUGGED in self._faults():
            reason = _NOT_PLUGGED
        elif gun_id not in self._guns or self._day.state(gun_id)[0] in (OFFLINE, FAULT):
            reason = _DEVICE_BAD
        named = {"EquipAuthSeq": str(body.get("EquipAuthSeq")), "ConnectorID": gun_id}
        return named | {"SuccStat": int(reason > 0), "FailReason": reason}

    def _start(self, body: Body) -> Body:
        serial, gun_id = str(body.get("StartChargeSeq")), str(body.get("ConnectorID"))
        charge, reason = self.charges.get(serial), 0
        if charge is None:
            reason = self._refusal(gun_id)
            if not reason:
                charge = self._begin(serial, gun_id)
        stat = charge.stat if charge else ENDED
        answer = {"StartChargeSeq": serial, "StartChargeSeqStat": stat, "ConnectorID": gun_id}
        return self._cut(answer | {"SuccStat": int(charge is None), "FailReason": reason})

    def _refusal(self, gun_id: str) -> int:
        if gun_id not in self._guns or self._guns[gun_id][1].swap:
            return _NO_DEVICE
        state = self._day.state(gun_id)[0]
        if state in (OFFLINE, FAULT):
            return _OFFLINE
        taken = state == CHARGING or any(c.gun_id == gun_id and c.stat < ENDED for c in self.charges.values())
        return _OTHER if taken or SessionFault.START_REJECTED in self._faults() else 0

    def _begin(self, serial: str, gun_id: str) -> Charge:
        site, pile = self._guns[gun_id]
        meter = Meter(_share(pile), Decimal(str(self._day.speed)), TARIFFS[site.tariff])
        charge = self.charges[serial] = Charge(serial, gun_id, meter, self._clock(), vin=self.cars.get(gun_id))
        if SessionFault.NEVER_CHARGES in self._faults():
            self._never.add(serial)
        else:
            self._day.pin(gun_id, CHARGING, _PARK_TAKEN)
        return charge

    def _status(self, body: Body) -> Body:
        self.advance()
        return self._cut(self._known(body).status(self._clock()))

    def _stop(self, body: Body) -> Body:
        self.advance()
        serial, gun_id = str(body.get("StartChargeSeq")), str(body.get("ConnectorID"))
        charge = self.charges.get(serial)
        answer: dict[str, Any] = {"StartChargeSeq": serial, "StartChargeSeqStat": ENDED}
        if charge is None or charge.gun_id != gun_id:
            return self._cut(answer | {"SuccStat": 1, "FailReason": _NO_DEVICE})
        if charge.stat == ENDED:
            return self._cut(answer | {"SuccStat": 1, "FailReason": _ALREADY_STOPPED})
        if SessionFault.STOP_LOST not in self._faults():
            self._stopping(charge)
        return self._cut(answer | {"StartChargeSeqStat": STOPPING, "SuccStat": 0, "FailReason": 0})

    def _stopping(self, charge: Charge) -> None:
        charge.stat = STOPPING
        if charge.started_at is None:  # it never charged: it ends with nothing on its meter
            now = self._clock()
            charge.started_at = now.replace(microsecond=0)
            self._end(charge, now, now)

    def _stats(self, body: Body) -> Body:
        """Practice numbers, the same whenever one asks."""
        site, first, last = self._sites.get(str(body.get("StationID"))), _day(body, "StartTime"), _day(body, "EndTime")
        if site is None or not timedelta(0) <= last - first < timedelta(days=_STATS_DAYS):
            raise BadEnvelope(RET_BUSINESS, "站点或日期有误", "wrong station or days")
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        piles = [_pile_stats(pile, days) for pile in site.piles]
        stats = {
            "StationID": site.id,
            "StartTime": first.isoformat(),
            "EndTime": last.isoformat(),
            "StationElectricity": sum((pile["EquipmentElectricity"] for pile in piles), Decimal(0)),
            "EquipmentStatsInfos": piles,
        }
        return {"StationStats": stats}

    def _known(self, body: Body) -> Charge:
        charge = self.charges.get(str(body.get("StartChargeSeq")))
        if charge is None:
            raise BadEnvelope(RET_BUSINESS, "没有该订单", "no such order")
        return charge


def _share(pile: Pile) -> Decimal:
    return Decimal(pile.power_kw) * Decimal("0.75")


def _pile_stats(pile: Pile, days: Sequence[date]) -> Body:
    guns = [(gun.id, sum((_energy(gun.id, day) for day in days), Decimal(0))) for gun in pile.guns]
    return {
        "EquipmentID": pile.id,
        "EquipmentElectricity": sum((kwh for _, kwh in guns), Decimal(0)),
        "ConnectorStatsInfos": [{"ConnectorID": gun_id, "ConnectorElectricity": kwh} for gun_id, kwh in guns],
    }


def _energy(gun_id: str, day: date) -> Decimal:
    watts = random.Random(f"{gun_id}/{day}").randrange(40_000, 400_000)  # noqa: S311 - practice, not secrets
    return Decimal(watts).scaleb(-3)


def _day(body: Body, name: str) -> date:
    try:
        return datetime.strptime(str(body.get(name)), "%Y-%m-%d").replace(tzinfo=SHANGHAI).date()
    except ValueError:
        raise BadEnvelope(RET_BUSINESS, f"{name} 应为日期", f"{name} must be a date") from None
