"""Opens T/CEC 102 messages for the eye, and seals them again: what the conformance kit and recordings need."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from finder.connectors.sdk.exchanges import Opened, PageTold, RawExchange, Signature, read_json, write_json
from finder.connectors.sdk.ports import PushRequest
from finder.connectors.tcec102.config import Tcec102Config
from finder.connectors.tcec102.mapping import native_id
from finder.connectors.tcec102.tokens import issue_token
from finder.connectors.tcec102.wire import (
    RET_OK,
    RET_TOKEN,
    BadEnvelope,
    Credentials,
    Request,
    Response,
    decrypt,
    parse,
    signature,
)

_STAMP = "%Y%m%d%H%M%S"


class Tcec102Wire:
    """One operator's messages in both directions. Is a sdk.exchanges.Wire."""

    def __init__(self, config: Tcec102Config) -> None:
        self._config = config
        self._seq = 0

    def open(self, raw: RawExchange) -> Opened:
        """See Wire. Bodies come under the standard's names, whatever the platform's spelling."""
        interface = raw.url.path.rsplit("/", 1)[-1]
        asked = self._asked(raw.request, (self._config.calling,))[1]
        message, broken = read_json(raw.answer)
        if broken is not None or message is None:
            return Opened(interface=interface, asked=asked, broken=broken if raw.status < 300 else None)
        try:
            answer = Response.read(message)
        except BadEnvelope as bad:
            return Opened(interface=interface, asked=asked, broken=bad.code if raw.status < 300 else None)
        told, broken = self._told(answer)
        return Opened(
            interface=interface,
            asked=asked,
            told=told,
            code=answer.ret,
            said=answer.msg[:200],
            signature=self._how_signed(answer, told),
            page=_page(asked, told, self._config.profile.item_size) if interface == "query_stations_info" else None,
            token_s=_token_s(told) if interface == "query_token" else None,
            token_refused=answer.ret == RET_TOKEN,
            broken=broken,
        )

    def seal(self, opened: Opened) -> bytes:
        """See Wire."""
        if opened.broken is not None or opened.code is None:
            return write_json(opened)
        keys, plain = self._config.calling, None if opened.told is None else write_json(opened)
        if not self._config.profile.encrypted_answers:
            return Response(opened.code, opened.said, opened.told, None).to_json()
        sealed = Response.seal(opened.code, opened.said, plain, keys)
        forged: object = sealed.sig
        match opened.signature:
            case Signature.OTHER_CASE:
                forged = str(sealed.sig).lower()
            case Signature.OTHER_TEXT:
                forged = signature(str(sealed.data), keys)
            case Signature.WRONG:
                forged = "0" * 32
            case Signature.NONE:
                forged = None
        return Response(sealed.ret, sealed.msg, sealed.data, forged).to_json()

    def open_push(self, push: PushRequest) -> Opened:
        """See Wire."""
        envelope, asked = self._asked(push.body, self._config.called)
        if envelope is None:
            return Opened(interface=push.interface, broken="ENVELOPE_FIELDS")
        text = envelope.operator_id + envelope.data + envelope.timestamp + envelope.seq
        others = (envelope.data, text[: -len(envelope.seq)], envelope.operator_id + envelope.data)
        found = {_how_signed(envelope.sig, text, others, keys) for keys in self._config.called}
        how = next((each for each in Signature if each in found), Signature.WRONG)
        return Opened(
            interface=push.interface,
            asked=asked,
            signature=how,
            sent_at=self._time(envelope.timestamp),
            broken="DATA_UNDECRYPTABLE" if asked is None else None,
        )

    def seal_push(self, opened: Opened, at: datetime) -> PushRequest | None:
        """See Wire; stamped as it was, with a token of our own giving."""
        config = self._config
        if not config.called or not isinstance(opened.asked, dict):
            return None
        keys, body = config.called[0], opened.asked
        if opened.interface == "query_token":
            body = body | {"OperatorSecret": keys.operator_secret}
        self._seq = self._seq % 9999 + 1
        stamp = (opened.sent_at or at).astimezone(config.profile.tz).strftime(_STAMP)
        sealed = Request.seal(config.peer_id, json.dumps(body).encode(), stamp, f"{self._seq:04d}", keys)
        headers = {"authorization": f"Bearer {issue_token(config.peer_id, keys, at)}"}
        path = f"evcs/{config.profile.version}/{opened.interface}"
        return PushRequest(opened.interface, headers, sealed.to_json(), at, "POST", path)

    def _asked(self, body: bytes, several: Iterable[Credentials]) -> tuple[Request | None, Any]:
        try:
            envelope = Request.read(parse(body))
        except BadEnvelope:
            return None, None
        for keys in several:
            try:
                return envelope, self._config.profile.read(parse(decrypt(envelope.data, keys)))
            except BadEnvelope:
                continue
        return envelope, None

    def _told(self, answer: Response) -> tuple[Any, str | None]:
        data, config = answer.data, self._config
        if not data:
            return None, None
        try:
            if isinstance(data, str):
                data = parse(decrypt(data, config.calling) if config.profile.encrypted_answers else data)
            return config.profile.read(data), None
        except BadEnvelope as bad:
            return None, bad.code

    def _how_signed(self, answer: Response, told: object) -> Signature:
        # An error's answer is often not signed, and nothing in it is believed but that there is an error.
        if not self._config.profile.encrypted_answers or answer.ret != RET_OK:
            return Signature.NONE
        data = answer.data if isinstance(answer.data, str) else ""
        plain = json.dumps(told, ensure_ascii=False)
        others = (data, f"{answer.ret}{data}", f"{answer.msg}{data}", plain, f"{answer.ret}{answer.msg}{plain}")
        return _how_signed(answer.sig, f"{answer.ret}{answer.msg}{data}", others, self._config.calling)

    def _time(self, stamp: str) -> datetime | None:
        try:
            return datetime.strptime(stamp, _STAMP).replace(tzinfo=self._config.profile.tz)
        except ValueError:
            return None


def _how_signed(sig: object, text: str, others: Iterable[str], keys: Credentials) -> Signature:
    if not isinstance(sig, str) or not sig:
        return Signature.NONE
    if sig == signature(text, keys):
        return Signature.GOOD
    if sig.upper() == signature(text, keys):
        return Signature.OTHER_CASE
    return Signature.OTHER_TEXT if sig.upper() in {signature(other, keys) for other in others} else Signature.WRONG


def _page(asked: object, told: object, items_are: str) -> PageTold | None:
    if not isinstance(told, dict):
        return None
    infos = told.get("StationInfos")
    size = _whole(asked.get("PageSize")) if isinstance(asked, dict) else None
    no = _whole(asked.get("PageNo")) if isinstance(asked, dict) else None
    return PageTold(
        no=_whole(told.get("PageNo")) or no or 1,
        asked_size=size,
        count=_whole(told.get("PageCount")),
        items=_whole(told.get("ItemSize")),
        items_are=items_are,
        ids=tuple(native_id(info, "StationID") for info in infos) if isinstance(infos, list) else (),
    )


def _token_s(told: object) -> float | None:
    return _whole(told.get("TokenAvailableTime")) if isinstance(told, dict) and told.get("AccessToken") else None


def _whole(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None
