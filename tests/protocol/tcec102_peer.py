"""An operator's side of T/CEC 102 for tests of what we receive."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from finder.connectors.sdk.desk import Desk, NoDesk
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import PushAnswer, PushRequest
from finder.connectors.sdk.replays import MemoryReplays
from finder.connectors.tcec102 import Credentials, Tcec102Config, Tcec102Connector
from finder.connectors.tcec102.wire import Request, Response, decrypt, parse
from finder.kernel.clock import SHANGHAI

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
PEER, OURS = "123456789", "MA0FINDER"
OLD_KEYS = Credentials("old-secret", "o" * 16, "o" * 16, "old-signing")
KEYS = Credentials("operator-secret", "1234567890abcdef", "fedcba0987654321", "signing-secret")
NOTIFY = "notification_stationStatus"


class Hand:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


def config(**changes: Any) -> Tcec102Config:
    settings: dict[str, Any] = {
        "source": "op",
        "name": "某充电",
        "base_url": "http://127.0.0.1:9",
        "our_id": OURS,
        "peer_id": PEER,
        "calling": KEYS,
        "called": (KEYS, OLD_KEYS),
    }
    return Tcec102Config(**(settings | changes))


class Peer:
    """Calls a connector as its operator would."""

    def __init__(
        self, clock: Hand, *, keys: Credentials = KEYS, capacity: int = 1000, desk: Desk | None = None, **changes: Any
    ) -> None:
        self.clock, self.keys = clock, keys
        bench = Workbench(clock=clock, desk=desk or NoDesk(), replays=MemoryReplays(clock, capacity))
        self.connector = Tcec102Connector(config(**changes), bench)
        self.token = ""
        self._seq = 0

    def seal(self, body: object, *, at: datetime | None = None, seq: str | None = None, peer: str = PEER) -> Request:
        self._seq += 1
        stamp = (at or self.clock()).astimezone(SHANGHAI).strftime("%Y%m%d%H%M%S")
        return Request.seal(peer, json.dumps(body).encode(), stamp, seq or f"{self._seq:04d}", self.keys)

    async def post(
        self, interface: str, body: bytes | Request, headers: dict[str, str] | None = None
    ) -> tuple[int, Any, PushAnswer]:
        """Ret, the answer's Data as an object or None, and the answer itself, whose signature must hold."""
        raw = body.to_json() if isinstance(body, Request) else body
        sent = {"authorization": f"Bearer {self.token}"} if headers is None else headers
        answer = await self.connector.receive(PushRequest(interface, sent, raw, self.clock()))
        assert answer.http_status == 200
        read = Response.read(parse(answer.body))
        # Signed under the keys that the call was made with, or under the newest where it could not be known.
        keys = next(k for k in (KEYS, OLD_KEYS) if read.signed_by(k))
        data = parse(decrypt(read.data, keys)) if isinstance(read.data, str) and read.data else None
        return read.ret, data, answer

    async def log_in(self) -> None:
        ret, data, _ = await self.post(
            "query_token", self.seal({"OperatorID": PEER, "OperatorSecret": self.keys.operator_secret}), {}
        )
        assert ret == 0
        assert data["SuccStat"] == 0
        self.token = data["AccessToken"]

    async def notify(self, *guns: dict[str, Any], **how: Any) -> tuple[int, Any, PushAnswer]:
        info: object = guns[0] if len(guns) == 1 else list(guns)
        return await self.post(NOTIFY, self.seal({"ConnectorStatusInfo": info}, **how))


MakePeer = Callable[..., Peer]
FREE = {"ConnectorID": "G1", "Status": 1, "ParkStatus": 10}
BUSY = {"ConnectorID": "G1", "Status": 3, "ParkStatus": 50}
