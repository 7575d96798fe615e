"""What a T/CEC 102 operator posts to us: query_token, then notification_stationStatus."""

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from finder.connectors.sdk.ports import PushAnswer, PushRequest, Refused
from finder.connectors.sdk.replays import ReplayTable, Seen
from finder.connectors.tcec102.config import Tcec102Config
from finder.connectors.tcec102.mapping import map_status, native_id, refused
from finder.connectors.tcec102.tokens import LIFETIME, issue_token, token_holds
from finder.connectors.tcec102.values import records
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
)
from finder.errors import BadInput, Busy
from finder.live.model import Observation
from finder.stations.model import Station

WINDOW = timedelta(minutes=5)
MAX_BODY = 1024 * 1024
MAX_STATUSES = 1_000
_ACCEPTED, _DISCARDED = 0, 1
_NO_SUCH_OPERATOR, _WRONG_SECRET = 1, 2


@dataclass(frozen=True, slots=True)
class _Taught:
    """The answer's Data, and what the message taught us."""

    body: dict[str, Any]
    observations: tuple[Observation, ...] = ()
    refused: tuple[Refused, ...] = ()
    stations: tuple[Station, ...] = ()


class Tcec102Receiver:
    """One operator's calls to us. Whatever arrives, the answer is HTTP 200 with a Ret, signed under its own keys."""

    def __init__(self, config: Tcec102Config, replays: ReplayTable) -> None:
        self._config, self._replays = config, replays
        self._interfaces: dict[str, Callable[[dict[str, Any], Credentials, datetime, Request], _Taught]] = {
            "query_token": self._query_token,
            "notification_stationStatus": self._station_status,
        }

    async def receive(self, request: PushRequest) -> PushAnswer:
        """Verifies, reads and answers. Never raises for bad input."""
        keys = self._config.called[0] if self._config.called else self._config.calling
        try:
            keys, taught = await self._take(request)
        except BadEnvelope as bad:
            return PushAnswer(200, Response.seal(bad.ret, bad.zh, None, keys).to_json())
        plain = json.dumps(self._config.profile.write(taught.body)).encode()
        answer = Response.seal(RET_OK, "", plain, keys).to_json()
        return PushAnswer(
            200, answer, observations=taught.observations, refused=taught.refused, stations=taught.stations
        )

    async def _take(self, push: PushRequest) -> tuple[Credentials, _Taught]:
        interface = push.interface.strip("/").rsplit("/", 1)[-1]
        handle = self._interfaces.get(interface)
        if handle is None or len(push.body) > MAX_BODY:
            raise BadEnvelope(RET_ENVELOPE, "接口不存在或报文过大", "no such interface, or the message is too large")
        envelope = Request.read(parse(push.body))
        keys = self._key_of(envelope)
        sent_at = self._sent_at(envelope, push.received_at)
        if interface != "query_token":
            self._check_token(push)
        try:
            first = await self._replays.first_time(
                Seen(envelope.operator_id, interface, envelope.timestamp, envelope.seq, envelope.sig.upper()),
                push.received_at + 2 * WINDOW,
            )
        except Busy as busy:
            raise BadEnvelope(RET_BUSY, busy.zh, busy.en) from busy
        if not first:
            if interface == "notification_stationStatus":
                return keys, _Taught({"Status": _DISCARDED})
            raise BadEnvelope(RET_ENVELOPE, "报文重复", "the message was sent before", code="REPLAYED")
        body = self._config.profile.read(parse(decrypt(envelope.data, keys)))
        if not isinstance(body, dict):
            raise BadEnvelope(RET_BUSINESS, "Data 应为 JSON 对象", "Data must be a JSON object")
        return keys, handle(body, keys, sent_at, envelope)

    def _key_of(self, envelope: Request) -> Credentials:
        """The keys under which the signature holds, of the one or two in force; before anything is decrypted."""
        holding = [keys for keys in self._config.called if envelope.signed_by(keys)]
        known = hmac.compare_digest(envelope.operator_id.encode(), self._config.peer_id.encode())
        if not known or not holding:
            raise BadEnvelope(RET_SIGNATURE, "签名错误", "the signature is wrong", code="SIGNATURE")
        return holding[0]

    def _sent_at(self, envelope: Request, received_at: datetime) -> datetime:
        try:
            sent = datetime.strptime(envelope.timestamp, "%Y%m%d%H%M%S").replace(tzinfo=self._config.profile.tz)
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
        # Within one second Seq tells the order; as microseconds it keeps a later push later on the board.
        return sent.astimezone(received_at.tzinfo) + timedelta(microseconds=int(envelope.seq))

    def _check_token(self, push: PushRequest) -> None:
        scheme, _, token = push.headers.get("authorization", "").partition(" ")
        held = scheme.lower() == "bearer" and any(
            token_holds(token.strip(), self._config.peer_id, keys, push.received_at) for keys in self._config.called
        )
        if not held:
            raise BadEnvelope(
                RET_TOKEN, "令牌无效或已过期，请重新获取", "the token is invalid or has ended: get another"
            )

    def _query_token(self, body: dict[str, Any], keys: Credentials, sent_at: datetime, envelope: Request) -> _Taught:
        answer = {"OperatorID": envelope.operator_id, "SuccStat": 1, "AccessToken": "", "TokenAvailableTime": 0}
        if body.get("OperatorID") != self._config.peer_id:
            return _Taught(answer | {"FailReason": _NO_SUCH_OPERATOR})
        secret = str(body.get("OperatorSecret", ""))
        if not hmac.compare_digest(secret.encode(errors="replace"), keys.operator_secret.encode()):
            return _Taught(answer | {"FailReason": _WRONG_SECRET})
        token = issue_token(self._config.peer_id, keys, sent_at)
        lifetime = int(LIFETIME.total_seconds())
        return _Taught(answer | {"SuccStat": 0, "AccessToken": token, "TokenAvailableTime": lifetime, "FailReason": 0})

    def _station_status(self, body: dict[str, Any], _: Credentials, sent_at: datetime, __: Request) -> _Taught:
        infos = records(body, "ConnectorStatusInfo") or records(body, "ConnectorStatusInfos")
        if not 1 <= len(infos) <= MAX_STATUSES:
            raise BadEnvelope(
                RET_BUSINESS,
                f"ConnectorStatusInfo 应有 1 至 {MAX_STATUSES} 项",
                f"ConnectorStatusInfo must have 1 to {MAX_STATUSES} records",
            )
        observations: list[Observation] = []
        bad: list[Refused] = []
        for info in infos:
            try:
                observations.append(map_status(info, self._config.source, self._config.profile, sent_at))
            except BadInput as error:
                bad.append(refused(native_id(info, "ConnectorID"), error))
        status = _ACCEPTED if observations else _DISCARDED
        return _Taught({"Status": status}, tuple(observations), tuple(bad))
