"""City management over webhooks: told of cases, asked for its answers; it verifies us, and we verify it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import httpx
import msgspec

from finder.cases.message import Answers, sensible
from finder.cases.webhooks import ID, is_id, signed, verified
from finder.connectors.sdk.addresses import AddressRules
from finder.connectors.sdk.guarded import guarded_client
from finder.connectors.sdk.http import Caution, send
from finder.errors import BadInput, Denied, OperatorLied
from finder.kernel.clock import Clock

NAME = "城管 · city management "
CAUTION = Caution(connect_s=5, read_s=10, total_s=20, max_bytes=64 * 1024, connections=2)


class CityManagement(Protocol):
    """Whoever takes cases. Raises OperatorUnavailable, OperatorRefused, OperatorLied."""

    async def tell(self, message_id: str, body: bytes) -> None:
        """Tells it of a case; the same id again is the same case."""

    async def answers(self, case: str) -> Answers:
        """Everything that it has said of a case."""

    async def close(self) -> None:
        """Lets go of connections."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Where it is; the keys by which we sign, and those by which it does."""

    url: str
    ours: Sequence[bytes] = field(repr=False)
    theirs: Sequence[bytes] = field(repr=False)
    loopback: bool = False  # for practice only


class WebhookCity:
    """A city management behind `POST <url>/cases` and `GET <url>/cases/{id}`, connected to as operators are: by https,
    at public addresses alone."""

    def __init__(self, peer: Peer, clock: Clock, caution: Caution = CAUTION) -> None:
        """Raises BadInput for an address that the rules deny."""
        self._peer, self._clock, self._caution = peer, clock, caution
        self._client = guarded_client(AddressRules(loopback=peer.loopback))(peer.url, caution)
        self._url = peer.url.rstrip("/")

    async def tell(self, message_id: str, body: bytes) -> None:
        """See CityManagement."""
        headers = {"content-type": "application/json", **signed(self._peer.ours, message_id, self._clock(), body)}
        await self._send(self._client.build_request("POST", f"{self._url}/cases", content=body, headers=headers))

    async def answers(self, case: str) -> Answers:
        """See CityManagement. The answer is signed under the id of the question, so that no other can stand for it."""
        asked = f"ask_{secrets.token_urlsafe(16)}"
        headers = signed(self._peer.ours, asked, self._clock(), b"")
        request = self._client.build_request("GET", f"{self._url}/cases/{case}", headers=headers)
        answer = await send(self._client, request, NAME, self._caution)
        try:
            verified(self._peer.theirs, {**answer.headers, ID: asked}, answer.body, self._clock())
            told = msgspec.json.decode(answer.body, type=Answers)
            for each in told.answers:
                sensible(each.message)
            if not all(is_id(each.id) for each in told.answers):
                raise _lied("ANSWER_ID")
        except (Denied, BadInput) as bad:
            raise _lied(bad.code) from bad
        except msgspec.MsgspecError as bad:
            raise _lied("ANSWER_FORM") from bad
        if told.case != case or any(each.message.data.case != case for each in told.answers):
            raise _lied("OTHER_CASE")
        return told

    async def close(self) -> None:
        """See CityManagement."""
        await self._client.aclose()

    async def _send(self, request: httpx.Request) -> None:
        await send(self._client, request, NAME, self._caution)


def _lied(code: str) -> OperatorLied:
    return OperatorLied(
        f"城管平台的应答无法采信：{code}", f"city management's answer cannot be believed: {code}", code=code
    )
