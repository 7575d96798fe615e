"""What a message from the operator taught us, and what it is answered; with the refusals that all modules share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn

from finder.connectors.ocpi.config import Party
from finder.connectors.ocpi.credentials import Registration
from finder.connectors.ocpi.envelope import OK, PARAMETERS, Answered
from finder.connectors.ocpi.sessions import AHEAD
from finder.connectors.ocpi.values import Object, mapping, moment, native_id, parse
from finder.connectors.sdk.ports import PushRequest, Refused
from finder.errors import BadInput
from finder.live.model import Observation
from finder.stations.model import Station


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was let in: what it is for, under which registration."""

    request: PushRequest
    version: str
    module: str
    parts: tuple[str, ...]  # of the path, behind the module
    held: Registration
    candidates: tuple[str, ...] = field(repr=False)

    @property
    def method(self) -> str:
        """GET, POST, PUT, PATCH or DELETE."""
        return self.request.method

    @property
    def now(self) -> datetime:
        """When it came."""
        return self.request.received_at

    def body(self, what: str) -> dict[str, Any]:
        """Its body as an object. Raises BadInput."""
        return mapping(parse(self.request.body), what)


@dataclass(frozen=True, slots=True)
class Taught:
    """The answer, and what it brings to stations and board."""

    data: object = None
    status: int = OK
    http_status: int = 200
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    observations: Sequence[Observation] = ()
    stations: Sequence[Station] = ()
    removed: Sequence[str] = ()
    refused: Sequence[Refused] = ()


def wrong(zh: str, en: str, *, status: int = PARAMETERS, http_status: int = 200) -> NoReturn:
    """Answers that the request cannot be taken."""
    raise Answered(http_status, status, zh, en)


def not_found(status: int = PARAMETERS) -> NoReturn:
    """Answers that there is no such object."""
    wrong(
        "没有该对象，请先 PUT 完整对象",
        "there is no such object: PUT the whole of it first",
        status=status,
        http_status=404,
    )


def no_method() -> NoReturn:
    """Answers that the module has no such method."""
    wrong("该接口不支持此方法", "the interface has no such method", http_status=405)


def of_party(call: Call, parts: int) -> tuple[str, ...]:
    """The ids behind country code and party id, which must be one of theirs."""
    if len(call.parts) < 3 or len(call.parts) > parts + 2:
        not_found()
    if not call.held.owns(call.parts[0], call.parts[1]):
        wrong("country_code 与 party_id 不属于贵方", "country_code and party_id are not yours", http_status=404)
    return call.parts[2:]


def checked(call: Call, body: Object, name: str, object_id: str, *, whole: bool) -> None:
    """A pushed object's id, owner and time. Raises Answered; a whole object names its id, a PATCH need not."""
    told = body.get(name)
    if (told is None and whole) or (told is not None and native_id(body, name).lower() != object_id.lower()):
        wrong(f"{name} 与地址不一致", f"{name} is not that of the address")
    owner = body.get("country_code"), body.get("party_id")
    if all(isinstance(each, str) for each in owner) and not Party(*map(str, owner)).is_named(*call.parts[:2]):
        wrong("对象的所有者与地址不一致", "the object's owner is not that of the address")
    updated = moment(body.get("last_updated"))
    if updated is None:
        wrong("缺少 last_updated", "last_updated is missing")
    if updated > call.now + AHEAD:
        wrong("last_updated 在未来，请校时", "last_updated is in the future: set your clock")


def refusal(bad: BadInput) -> Answered:
    """That an object cannot be taken."""
    return Answered(200, PARAMETERS, bad.zh, bad.en)
