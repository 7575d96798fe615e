"""A practice operator that calls the finder: notification_stationStatus, signed, as bays fill and free."""

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
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
)
from finder.kernel.clock import SHANGHAI, Clock
from finder.sandbox.day import FREE, Flip
from finder.sandbox.faults import Lie
from finder.sandbox.platform import Platform
from finder.sandbox.records import connector_status

_TICK_S = 0.5
_AT_ONCE = 50
_AHEAD = timedelta(minutes=10)
_BEFORE = timedelta(seconds=5)


class Pusher:
    """Pushes the flips of one platform to `<push_to>/push/<source>/evcs/…`. `keys` are those under which it calls us.

    A push that fails is not sent again, as pushes get lost in the field too.
    """

    def __init__(self, platform: Platform, keys: Credentials, clock: Clock, push_to: str | None = None) -> None:
        self.push_to = push_to
        self.sent, self.failed = 0, 0
        self.last_answer: dict[str, Any] | None = None
        self._platform, self._keys, self._clock = platform, keys, clock
        self._http = operator_client("")
        self._token: str | None = None
        self._seq = 0

    async def run(self) -> None:
        """Pushes until cancelled."""
        while True:
            await asyncio.sleep(_TICK_S)
            await self.tick()

    async def tick(self) -> None:
        """Pushes what has flipped since the last time."""
        guns = {gun.id for site in self._platform.sites.values() for gun in site.guns}
        flips = self._platform.planter.flips([flip for flip in self._platform.day.drain() if flip.gun_id in guns])
        if self.push_to is None or self._platform.switchboard.faults.silent:
            return
        for start in range(0, len(flips), _AT_ONCE):
            try:
                await self._push(flips[start : start + _AT_ONCE])
            except (httpx.HTTPError, BadEnvelope):
                self.failed += 1

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

    async def _notify(self, body: dict[str, Any], at: datetime, *, twice: bool = False) -> None:
        for _ in range(2):
            if self._token is None:
                answer = await self._call("query_token", self._secrets(), self._clock())
                self._token = str(answer.get("AccessToken", "")) or None
            sealed = self._seal(body, at)
            answer = await self._post("notification_stationStatus", sealed)
            if twice:
                answer = await self._post("notification_stationStatus", sealed)
            self.last_answer = answer
            if answer["Ret"] != RET_TOKEN:
                break
            self._token = None
        self.sent += answer["Ret"] == RET_OK
        self.failed += answer["Ret"] != RET_OK

    def _secrets(self) -> dict[str, Any]:
        return {"OperatorID": self._platform.operator.operator_id, "OperatorSecret": self._keys.operator_secret}

    async def _call(self, interface: str, body: dict[str, Any], at: datetime) -> dict[str, Any]:
        return dict((await self._post(interface, self._seal(body, at))).get("Data") or {})

    def _seal(self, body: dict[str, Any], at: datetime) -> Request:
        stamp = at.astimezone(SHANGHAI).strftime("%Y%m%d%H%M%S")
        self._seq = self._seq % 9999 + 1
        operator_id, plain = self._platform.operator.operator_id, json.dumps(body, ensure_ascii=False).encode()
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
        data = parse(decrypt(read.data, self._keys)) if isinstance(read.data, str) and read.data else None
        return {"Ret": read.ret, "Msg": read.msg, "Data": data}

    async def close(self) -> None:
        """Lets go of connections."""
        await self._http.aclose()
