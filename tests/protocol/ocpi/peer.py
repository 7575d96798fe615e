"""An OCPI platform's side for tests of what we receive, with no server between."""

import base64
import json
from datetime import UTC, timedelta
from typing import Any

from finder.connectors.ocpi import OcpiConfig, OcpiConnector, Party
from finder.connectors.sdk.desk import Authorization, AuthorizationAsk, Heard, NoDesk, Permission
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.notebook import MemoryNotebook
from finder.connectors.sdk.ports import PushAnswer, PushRequest
from finder.connectors.sdk.sessions import Bill, SessionSeen
from finder.errors import StoreUnavailable
from tests.protocol.tcec102_peer import NOON, Hand
from tests.unit.test_ocpi_stations import location

TOKEN = "their-token-for-us"
LOC = "ocpi/2.2.1/locations/CN/PRA/LOC1"


class Desk(NoDesk):
    """A desk that remembers, and can be away."""

    def __init__(self) -> None:
        self.sessions: list[SessionSeen] = []
        self.bills: list[Bill] = []
        self.away = False

    async def session(self, seen: SessionSeen) -> Heard:
        self._there()
        self.sessions.append(seen)
        return Heard.ACCEPTED

    async def bill(self, bill: Bill) -> Heard:
        self._there()
        self.bills.append(bill)
        return Heard.ACCEPTED

    async def authorize(self, ask: AuthorizationAsk) -> Authorization:
        return Authorization(Permission.UNBOUND)

    def _there(self) -> None:
        if self.away:
            raise StoreUnavailable("数据库无响应", "the database does not answer")


class Peer:
    """Calls our connector as its platform would."""

    def __init__(self, **changes: Any) -> None:
        self.clock, self.desk = Hand(), Desk()
        told: dict[str, Any] = {
            "source": "op",
            "name": "某充电",
            "versions_url": "https://cpo.example/ocpi/versions",
            "us": Party("CN", "FND"),
            "fixed_token": "ours-for-them",
            "fixed_push_token": TOKEN,
        }
        bench = Workbench(
            clock=self.clock,
            desk=self.desk,
            notebook=MemoryNotebook(self.clock),
            public_url="https://finder.example",
        )
        self.connector = OcpiConnector(OcpiConfig(**(told | changes)), bench)

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        header: str | None = None,
        query: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, Any], PushAnswer]:
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body, default=float).encode()
        sent = {"authorization": f"Token {TOKEN}" if header is None else header, "x-request-id": "r-1"}
        interface = path.rsplit("/", 1)[-1]
        answer = await self.connector.receive(
            PushRequest(interface, sent, raw, self.clock(), method, path, query or {})
        )
        return answer.http_status, json.loads(answer.body), answer


def at(**by: float) -> str:
    return (NOON + timedelta(**by)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def told(*evses: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return location(*evses, last_updated=at(minutes=-10), **changes)


def teaches(answer: PushAnswer) -> bool:
    return bool(answer.stations or answer.observations or answer.removed or answer.refused)


def encoded(token: str) -> str:
    return base64.b64encode(token.encode()).decode()
