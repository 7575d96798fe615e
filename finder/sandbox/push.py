"""A practice operator that calls the finder, signed: status as bays fill and free, charges, bills, the daily list."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import httpx

from finder.connectors.sdk.http import operator_client
from finder.connectors.tcec102.wire import (
    RET_OK,
    RET_TOKEN,
    BadEnvelope,
    Credentials,
    Request,
    Response,
    decrypt,
    parse,
    write,
)
from finder.kernel.clock import SHANGHAI, Clock
from finder.sandbox.charging import News
from finder.sandbox.claims import day_list
from finder.sandbox.day import FREE, Flip
from finder.sandbox.faults import Lie
from finder.sandbox.platform import Platform
from finder.sandbox.records import connector_status

_TICK_S = 0.5
_AT_ONCE = 50
_AHEAD = timedelta(minutes=10)
_BEFORE = timedelta(seconds=5)
_AGAIN_S, _AGAIN_MAX_S = 150, 3600  # until a bill is confirmed, each wait longer by the first


@dataclass(slots=True)
class _Bill:
    """A bill that waits to be confirmed."""

    news: News
    due_at: datetime
    tries: int = 0


class Pusher:
    """Pushes what one platform has to tell to `<push_to>/push/<source>/evcs/…`. `keys` are those of its calls to us.

    A push that fails is not sent again, as pushes get lost in the field too; a bill is, until it is answered:
    `confirmed` has ConfirmResult by StartChargeSeq, the newest.
    """

    def __init__(self, platform: Platform, keys: Credentials, clock: Clock, push_to: str | None = None) -> None:
        self.push_to = push_to
        self.sent, self.failed = 0, 0
        self.last_answer: dict[str, Any] | None = None
        self.confirmed: dict[str, Any] = {}
        self.checked: dict[str, Any] | None = None  # the answer to the last daily list
        self._platform, self._keys, self._clock = platform, keys, clock
        self._http = operator_client("")
        self._token: str | None = None
        self._seq = self._plugs = 0
        self._bills: list[_Bill] = []
        self._listed = clock().astimezone(SHANGHAI).date()  # the days before it need no list any more

    async def run(self) -> None:
        """Pushes until cancelled."""
        while True:
            await asyncio.sleep(_TICK_S)
            await self.tick()

    async def tick(self) -> None:
        """Pushes what has happened since the last time."""
        if self._platform.operator.pushes:
            await self._flips()
        await self._charges()

    async def _flips(self) -> None:
        guns = {gun.id for site in self._platform.sites.values() for gun in site.guns}
        flips = self._platform.planter.flips([flip for flip in self._platform.day.drain() if flip.gun_id in guns])
        if self.push_to is None or self._platform.switchboard.faults.silent:
            return
        for start in range(0, len(flips), _AT_ONCE):
            try:
                await self._push(flips[start : start + _AT_ONCE])
            except (httpx.HTTPError, BadEnvelope):
                self.failed += 1

    async def _charges(self) -> None:
        """News once each, in its order; bills until they are confirmed; after midnight the list of the day before."""
        if self.push_to is None or self._platform.switchboard.faults.silent:
            return
        for news in self._platform.charging.due():
            if news.is_bill:
                self._bills.append(_Bill(news, self._clock()))
                await self._send_bills()
            else:
                await self._tell(news.interface, news.body)
        await self._send_bills()
        today = self._clock().astimezone(SHANGHAI)
        if today.date() > self._listed and await self.check_orders(today.date() - timedelta(days=1)):
            self._listed = today.date()

    async def _send_bills(self) -> None:
        now = self._clock()
        for bill in [bill for bill in self._bills if bill.due_at <= now]:
            answer = await self._tell(bill.news.interface, bill.news.body)
            if answer is not None:
                self.confirmed[str(bill.news.body["StartChargeSeq"])] = answer.get("ConfirmResult")
                self._bills.remove(bill)
            else:
                bill.tries += 1
                wait_s = min(_AGAIN_S * bill.tries, _AGAIN_MAX_S) / self._platform.day.speed
                bill.due_at = now + timedelta(seconds=wait_s)

    async def plug_in(self, gun_id: str, vin: str, *, own_number: bool = False) -> dict[str, Any]:
        """A car is plugged in: the finder is asked whether it may charge, and it begins where it may; the answer.

        `own_number`: the operator begins it under a number of its own, so that only the car tells whose it is.
        """
        self._plugs += 1
        self._platform.charging.cars[gun_id] = vin
        operator_id, now = self._platform.operator.operator_id, self._clock().astimezone(SHANGHAI)
        question = f"{operator_id}{now:%Y%m%d%H%M%S}{self._plugs % 10_000:04d}"
        asked = {"EquipAuthSeq": question, "ConnectorID": gun_id, "VIN": vin}
        answer = await self._tell("query_equip_auth", asked) or {}
        if answer.get("SuccStat") == 0:
            serial = question if own_number else str(answer["StartChargeSeq"])
            self._platform.charging.begin(serial, gun_id)
        return answer

    async def check_orders(self, day: date) -> bool:
        """Sends the list of a day's bills, midnight to midnight in the operator's zone; whether it was answered."""
        since = datetime.combine(day, time(), SHANGHAI)
        until = since + timedelta(days=1)
        number = f"{self._platform.operator.operator_id}{self._clock().astimezone(SHANGHAI):%Y%m%d%H%M%S}0001"
        bills = self._platform.charging.bills(since, until)
        self.checked = await self._tell("check_charge_orders", day_list(number, since, until, bills))
        return self.checked is not None

    async def _tell(self, interface: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """The answer's Data where it was taken (Ret 0)."""
        try:
            twice = self._platform.switchboard.faults.repeat_pushes
            answer = await self._notify(body, self._clock(), interface=interface, twice=twice)
        except (httpx.HTTPError, BadEnvelope):
            self.failed += 1
            return None
        return dict(answer["Data"] or {}) if answer["Ret"] == RET_OK else None

    async def _push(self, flips: Sequence[Flip]) -> None:
        faults = self._platform.switchboard.faults
        at = self._clock() - timedelta(seconds=faults.stale_s)
        if Lie.FUTURE in faults.lies:
            at += _AHEAD
        at = self._platform.planter.pushed_at(at)
        latest = list({flip.gun_id: connector_status(flip.gun_id, (flip.status, flip.park)) for flip in flips}.values())
        body = {"ConnectorStatusInfo": latest[0] if len(latest) == 1 else latest}
        await self._notify(body, at, twice=faults.repeat_pushes)
        if faults.out_of_order:
            older = [connector_status(f.gun_id, (f.before, 10 if f.before == FREE else 0)) for f in reversed(flips)]
            await self._notify({"ConnectorStatusInfo": older}, at - _BEFORE)

    async def _notify(
        self, body: dict[str, Any], at: datetime, *, interface: str = "notification_stationStatus", twice: bool = False
    ) -> dict[str, Any]:
        for _ in range(2):
            if self._token is None:
                answer = await self._call("query_token", self._secrets(), self._clock())
                self._token = str(answer.get("AccessToken", "")) or None
            sealed = self._seal(body, at)
            answer = await self._post(interface, sealed)
            if twice:
                answer = await self._post(interface, sealed)
            self.last_answer = answer
            if answer["Ret"] != RET_TOKEN:
                break
            self._token = None
        self.sent += answer["Ret"] == RET_OK
        self.failed += answer["Ret"] != RET_OK
        return answer

    def _secrets(self) -> dict[str, Any]:
        return {"OperatorID": self._platform.operator.operator_id, "OperatorSecret": self._keys.operator_secret}

    async def _call(self, interface: str, body: dict[str, Any], at: datetime) -> dict[str, Any]:
        return dict((await self._post(interface, self._seal(body, at))).get("Data") or {})

    def _seal(self, body: dict[str, Any], at: datetime) -> Request:
        stamp = at.astimezone(SHANGHAI).strftime("%Y%m%d%H%M%S")
        self._seq = self._seq % 9999 + 1
        operator_id, plain = self._platform.operator.operator_id, write(self._platform.operator.profile.write(body))
        sealed = Request.seal(operator_id, plain, stamp, f"{self._seq:04d}", self._keys)
        if self._platform.switchboard.faults.bad_signature:
            return Request(sealed.operator_id, sealed.data, sealed.timestamp, sealed.seq, "0" * 32)
        return sealed

    async def _post(self, interface: str, sealed: Request) -> dict[str, Any]:
        operator = self._platform.operator
        answer = await self._http.post(
            f"{self.push_to}/push/{operator.source}/evcs/{operator.profile.version}/{interface}",
            content=sealed.to_json(),
            headers={"content-type": "application/json"}
            | ({"authorization": f"Bearer {self._token}"} if self._token else {}),
        )
        read = Response.read(parse(answer.content))
        sealed_data = read.data if isinstance(read.data, str) else ""
        data = operator.profile.read(parse(decrypt(sealed_data, self._keys))) if sealed_data else None
        return {"Ret": read.ret, "Msg": read.msg, "Data": data}

    async def close(self) -> None:
        """Lets go of connections."""
        await self._http.aclose()
