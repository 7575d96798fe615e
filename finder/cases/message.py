"""What city management is told, and what it tells: JSON, `type`, `timestamp` and `data`."""

import json
from datetime import datetime
from typing import Any, Literal

import msgspec
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from finder.cases.model import Case, CaseAnswer
from finder.errors import BadInput, SettingsError

MAX_TEXT = 500
MAX_REFERENCE = 64
OPENED = "case.opened"


class Station(msgspec.Struct, frozen=True):
    """Where it is, WGS-84."""

    id: str
    name: str
    lat: float
    lon: float


class Proof(msgspec.Struct, frozen=True):
    """On what it rests: `seen` when each reporter saw it, `photos` names of cleaned pictures."""

    by: list[str]
    seen: list[datetime]
    sensor: bool
    photos: list[str]


class Told(msgspec.Struct, frozen=True, rename="camel"):
    """A case. `plate`: a JWE (ECDH-ES, A256GCM) for city management's key; None where none is known, or no key."""

    case: str
    kind: str
    what: str
    station: Station
    bay: str
    opened_at: datetime
    deadline: datetime
    evidence: Proof
    plate: str | None


class Message(msgspec.Struct, frozen=True):
    """Of a case that was opened."""

    type: str
    timestamp: datetime
    data: Told


class Answer(msgspec.Struct, frozen=True, rename="camel"):
    """What city management says of a case."""

    case: str
    reference: str | None = None
    answer: CaseAnswer | None = None
    text: str | None = None
    looked_at: datetime | None = None


class AnswerMessage(msgspec.Struct, frozen=True):
    """Such a message: `case.accepted` without an answer, `case.answered` with one."""

    type: Literal["case.accepted", "case.answered"]
    timestamp: datetime
    data: Answer


class Polled(msgspec.Struct, frozen=True):
    """An answer under its id, as it lies there for us."""

    id: str
    message: AnswerMessage


class Answers(msgspec.Struct, frozen=True):
    """Everything that city management has said of a case, in its order."""

    case: str
    answers: list[Polled]


def told(case: Case) -> bytes:
    """A case as it is sent: the same bytes each time."""
    proof = case.evidence
    evidence = Proof(sorted(proof.by), list(proof.seen), proof.sensor, list(proof.photos))
    place = Station(case.station_id, case.station_name, case.place.lat, case.place.lon)
    data = Told(
        case.id,
        case.kind.value,
        case.what.value,
        place,
        case.evse_id,
        case.opened_at,
        case.deadline,
        evidence,
        case.plate,
    )
    return msgspec.json.encode(Message(OPENED, case.opened_at, data))


def heard(body: bytes) -> AnswerMessage:
    """An answer from a body that is believed. Raises BadInput, ANSWER_FORM."""
    try:
        return sensible(msgspec.json.decode(body, type=AnswerMessage))
    except msgspec.MsgspecError as bad:
        raise _form(str(bad)[:200]) from None


def sensible(message: AnswerMessage) -> AnswerMessage:
    """The same. Raises BadInput, ANSWER_FORM."""
    data = message.data
    if (message.type == "case.answered") is (data.answer is None):
        raise _form("`answer` goes with case.answered and nothing else")
    if "\0" in f"{data.case}{data.text}{data.reference}":  # PostgreSQL has no such text
        raise _form("a text has no NUL")
    if len(data.text or "") > MAX_TEXT or len(data.reference or "") > MAX_REFERENCE:
        raise _form(f"text: {MAX_TEXT} characters, reference: {MAX_REFERENCE}")
    if (data.looked_at is not None and data.looked_at.tzinfo is None) or message.timestamp.tzinfo is None:
        raise _form("a time needs its zone, such as +08:00")
    return message


def _form(why: str) -> BadInput:
    return BadInput(
        f"回复格式有误，请按 docs/cases.md 修改：{why}",
        f"the answer cannot be read, see docs/cases.md: {why}",
        code="ANSWER_FORM",
    )


def read_plate_key(name: str, text: str) -> ECKey:
    """City management's public key for plates, a JWK on P-256. Raises SettingsError."""
    try:
        raw: dict[str, Any] = json.loads(text)
        key = ECKey.import_key(raw)
        if key.is_private or key.curve_name != "P-256":
            raise ValueError("not a public key on P-256")
    except (ValueError, KeyError, TypeError, JoseError):
        raise SettingsError(
            f"{name}：应为 P-256 公钥的 JWK（不含 d）", f"{name}: a public JWK on P-256, without d"
        ) from None
    return key


def for_city(key: ECKey, case: str, plate: str) -> str:
    """A plate that only city management can read, bound to its case."""
    content = msgspec.json.encode({"case": case, "plate": plate})
    return jwe.encrypt_compact({"alg": "ECDH-ES", "enc": "A256GCM"}, content, key)
