"""What every T/CEC 102 platform does with a call: envelope, keys, clock, token, copies and return code."""

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from finder.connectors.sdk.ports import PushAnswer, PushRequest, Refused
from finder.connectors.sdk.replays import ReplayTable, Seen
from finder.connectors.tcec102.profile import Profile
from finder.connectors.tcec102.tokens import Tokens
from finder.connectors.tcec102.values import native_id
from finder.connectors.tcec102.wire import (
    RET_BUSINESS,
    RET_BUSY,
    RET_ENVELOPE,
    RET_OK,
    RET_SIGNATURE,
    RET_TOKEN,
    BadEnvelope,
    Credentials,
    Request,
    Response,
    decrypt,
    parse,
    write,
)
from finder.errors import BadInput, Busy, Unavailable
from finder.live.model import Observation
from finder.stations.model import Station, Tariff

WINDOW = timedelta(minutes=5)
MAX_BODY = 1024 * 1024
_NO_SUCH_OPERATOR, _WRONG_SECRET = 1, 2
# What names a call's subject in a list of refusals.
_SUBJECTS = ("StartChargeSeq", "ConnectorID", "StationID", "CheckOrderSeq")


@dataclass(frozen=True, slots=True)
class Peer:
    """Who calls us, under which secrets (the newest first, two while they rotate), and in which dialect."""

    operator_id: str
    keys: tuple[Credentials, ...] = field(repr=False)
    profile: Profile


@dataclass(frozen=True, slots=True)
class Call:
    """A call whose signature, time and token hold; `body` is under the standard's names, its numbers exact.

    `sent_at` is the envelope's second in UTC, with its Seq as microseconds: within one second Seq tells the order.
    """

    interface: str
    body: dict[str, Any]
    sent_at: datetime
    received_at: datetime
    keys: Credentials = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer's Data, and what the message taught us. `taken` is False where nothing of it was."""

    body: dict[str, Any]
    observations: tuple[Observation, ...] = ()
    refused: tuple[Refused, ...] = ()
    stations: tuple[Station, ...] = ()
    tariffs: Mapping[str, Mapping[str, Tariff]] = field(default_factory=dict)
    taken: bool = True


class Copies(StrEnum):
    """What becomes of a message that came before, byte for byte."""

    ANSWERED = "ANSWERED"  # a question, or news that carries its own number: the same answer, and nothing counts twice
    DISCARDED = "DISCARDED"  # old news: 'do not send again'
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Interface:
    """How one interface is served. `handle` raises BadInput or BadEnvelope for a body that it cannot take, Busy or
    Unavailable where the caller should send again; before it returns nothing may be done that cannot be done twice."""

    handle: Callable[[Call], Awaitable[Reply]]
    copies: Copies = Copies.ANSWERED


class Server:
    """Serves one peer. Whatever arrives, the answer is HTTP 200 with a Ret, signed under the keys of the call.

    A message that is refused leaves no trace: only one that was taken is written down, so that its copy is known.
    """

    def __init__(
        self,
        peer: Peer,
        interfaces: Mapping[str, Interface],
        replays: ReplayTable,
        *,
        tokens: Tokens | None = None,
        stranger: Credentials | None = None,
    ) -> None:
        """`stranger` signs answers to calls whose keys are not known, where the peer has none."""
        self._peer, self._replays = peer, replays
        self._tokens = tokens or Tokens(peer.operator_id, peer.keys)
        self._interfaces = {"query_token": Interface(self._query_token, Copies.REFUSED), **interfaces}
        self._stranger = peer.keys[0] if peer.keys else stranger

    async def answer(self, push: PushRequest) -> PushAnswer:
        """Verifies, reads and answers. Never raises for bad input."""
        keys = self._stranger
        refused: tuple[Refused, ...] = ()
        try:
            interface, envelope = self._open(push)
            keys = self._keys_of(envelope)
            call = self._call(push, interface, envelope, keys)
            try:
                reply = await self._reply(call, envelope)
            except BadInput as error:
                subject = next((native_id(call.body, name) for name in _SUBJECTS if name in call.body), "?")
                refused = (Refused(subject, error.code, error.zh, error.en),)
                raise BadEnvelope(RET_BUSINESS, error.zh, error.en, code=error.code) from error
        except BadEnvelope as bad:
            return PushAnswer(200, _sealed(bad.ret, bad.zh, None, keys), refused=refused)
        except (Busy, Unavailable) as later:
            return PushAnswer(200, _sealed(RET_BUSY, later.zh, None, keys))
        data = write(self._peer.profile.write(reply.body))
        return PushAnswer(
            200,
            _sealed(RET_OK, "", data, keys),
            observations=reply.observations,
            refused=reply.refused,
            stations=reply.stations,
            tariffs=reply.tariffs,
        )

    def _open(self, push: PushRequest) -> tuple[str, Request]:
        interface = push.interface.strip("/").rsplit("/", 1)[-1]
        if interface not in self._interfaces or len(push.body) > MAX_BODY:
            raise BadEnvelope(RET_ENVELOPE, "接口不存在或报文过大", "no such interface, or the message is too large")
        return interface, Request.read(parse(push.body))

    def _keys_of(self, envelope: Request) -> Credentials:
        """The keys under which the signature holds, of the one or two in force; before anything is decrypted."""
        holding = [keys for keys in self._peer.keys if envelope.signed_by(keys)]
        known = hmac.compare_digest(envelope.operator_id.encode(), self._peer.operator_id.encode())
        if not known or not holding:
            raise BadEnvelope(RET_SIGNATURE, "签名错误", "the signature is wrong", code="SIGNATURE")
        return holding[0]

    def _call(self, push: PushRequest, interface: str, envelope: Request, keys: Credentials) -> Call:
        sent_at = self._sent_at(envelope, push.received_at)
        if interface != "query_token" and not self._tokens.hold(_bearer(push), push.received_at):
            raise BadEnvelope(
                RET_TOKEN, "令牌无效或已过期，请重新获取", "the token is invalid or has ended: get another"
            )
        body = self._peer.profile.read(parse(decrypt(envelope.data, keys), exact=True))
        if not isinstance(body, dict):
            raise BadEnvelope(RET_BUSINESS, "Data 应为 JSON 对象", "Data must be a JSON object")
        return Call(interface, body, sent_at, push.received_at, keys)

    def _sent_at(self, envelope: Request, received_at: datetime) -> datetime:
        try:
            sent = datetime.strptime(envelope.timestamp, "%Y%m%d%H%M%S").replace(tzinfo=self._peer.profile.tz)
            apart = abs(received_at - sent)
        except (ValueError, OverflowError):
            apart, sent = timedelta.max, received_at
        if apart > WINDOW:
            raise BadEnvelope(
                RET_ENVELOPE,
                "TimeStamp 与本平台时间相差超过 5 分钟，请校时",
                "TimeStamp is over 5 minutes off our clock: set yours",
                code="CLOCK_SKEW",
            )
        return sent.astimezone(UTC) + timedelta(microseconds=int(envelope.seq))

    async def _reply(self, call: Call, envelope: Request) -> Reply:
        interface = self._interfaces[call.interface]
        reply = await interface.handle(call)
        if interface.copies is Copies.ANSWERED or not reply.taken:
            return reply
        seen = Seen(envelope.operator_id, call.interface, envelope.timestamp, envelope.seq, envelope.sig.upper())
        if await self._replays.first_time(seen, call.received_at + 2 * WINDOW):
            return reply
        if interface.copies is Copies.REFUSED:
            raise BadEnvelope(RET_ENVELOPE, "报文重复", "the message was sent before", code="REPLAYED")
        return DISCARDED

    async def _query_token(self, call: Call) -> Reply:
        peer, keys = self._peer, call.keys
        answer = {"OperatorID": peer.operator_id, "SuccStat": 1, "AccessToken": "", "TokenAvailableTime": 0}
        if call.body.get("OperatorID") != peer.operator_id:
            return Reply(answer | {"FailReason": _NO_SUCH_OPERATOR}, taken=False)
        secret = str(call.body.get("OperatorSecret", ""))
        if not hmac.compare_digest(secret.encode(errors="replace"), keys.operator_secret.encode()):
            return Reply(answer | {"FailReason": _WRONG_SECRET}, taken=False)
        token, lifetime_s = self._tokens.issue(keys, call.sent_at)
        given = {"SuccStat": 0, "AccessToken": token, "TokenAvailableTime": lifetime_s, "FailReason": 0}
        return Reply(answer | given)


TAKEN, NOT_TAKEN = 0, 1  # Status in the answer to news of stations
DISCARDED = Reply({"Status": NOT_TAKEN}, taken=False)


def _bearer(push: PushRequest) -> str:
    scheme, _, token = push.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _sealed(ret: int, msg: str, data: bytes | None, keys: Credentials | None) -> bytes:
    if keys is None:
        return Response(ret, msg, "", "").to_json()
    return Response.seal(ret, msg, data, keys).to_json()
