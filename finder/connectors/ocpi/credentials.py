"""What two platforms agreed on, kept so that it survives a restart: tokens of both directions, version, endpoints."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

import msgspec

from finder.connectors.ocpi.config import OcpiConfig, Party
from finder.connectors.ocpi.tokens import holds, usable
from finder.connectors.ocpi.values import Object, enumeration, identifier, mapping, objects, refuse
from finder.connectors.sdk.notebook import ABSENT, Notebook
from finder.errors import Busy
from finder.stations.model import SourceId

_NAME = "ocpi/registration"
_TRIES = 5
MAX_ENDPOINTS = 100
MAX_ROLES = 1_000


class Endpoint(msgspec.Struct, frozen=True):
    """A module's interface at the other platform; role is SENDER or RECEIVER."""

    module: str
    role: str
    url: str


class Role(msgspec.Struct, frozen=True):
    """A party at the other platform."""

    role: str
    country: str
    party: str
    name: str = ""


class Given(msgspec.Struct, frozen=True):
    """A token of ours that opens our door; until then, where it is an old one. `made_at` is when it was given."""

    token: str
    until: datetime | None = None
    made_at: datetime | None = None
    offered: bool = False  # and nobody knows whether it was taken

    def __repr__(self) -> str:
        return f"Given(until={self.until})"


class Registration(msgspec.Struct, frozen=True):
    """What stands between us and one platform. `calling` is their token for us; None: not registered."""

    version: str = ""
    calling: str | None = None
    given: tuple[Given, ...] = ()  # the newest first
    endpoints: tuple[Endpoint, ...] = ()
    roles: tuple[Role, ...] = ()
    hub: str = ""  # hub_party_id of 2.3.0
    spent: tuple[str, ...] = ()  # digests of tokens A that have been used
    claimed_at: datetime | None = None  # when a process of ours last began a handshake

    def __repr__(self) -> str:
        return f"Registration(version={self.version!r}, registered={self.registered})"

    @property
    def registered(self) -> bool:
        """Whether both have each other's token."""
        return self.calling is not None

    def opens(self, candidates: tuple[str, ...], now: datetime) -> bool:
        """Whether one of these is a token that we gave and that has not ended."""
        return any(holds(candidates, each.token) for each in self.given if each.until is None or now < each.until)

    def endpoint(self, module: str, role: str) -> str | None:
        """Where the other platform has an interface of this module."""
        known = [each for each in self.endpoints if each.module == module]
        # Some name the role of the interface as the caller sees it; where there is but one it is meant.
        return next((e.url for e in known if e.role == role), known[0].url if len(known) == 1 else None)

    def owns(self, country: str, party: str) -> bool:
        """Whether a party is one of theirs. Where none was told, any is."""
        return not self.roles or any(Party(r.country, r.party).is_named(country, party) for r in self.roles)

    def counterpart(self) -> Party | None:
        """Whom to address: their only CPO, or their hub."""
        if len(self.hub) == 5:
            return Party(self.hub[:2], self.hub[2:])
        cpos = [role for role in self.roles if role.role == "CPO"] or list(self.roles)
        return Party(cpos[0].country, cpos[0].party) if len(cpos) == 1 else None


class CredentialStore(Protocol):
    """Keeps one Registration for each operator. Raises StoreUnavailable."""

    async def load(self, source: SourceId) -> Registration:
        """As it stands; an empty one where there is none."""

    async def change(self, source: SourceId, how: Callable[[Registration], Registration]) -> Registration:
        """Reads, changes and saves as one step among all processes; what `how` raises passes, with nothing saved."""


class NotebookCredentials:
    """CredentialStore in a Notebook: the memory of one process, or SQL. It never seals: the notebook does."""

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook

    async def load(self, source: SourceId) -> Registration:
        """See CredentialStore."""
        note = (await self._notebook.read(source, [_NAME])).get(_NAME)
        return Registration() if note is None else msgspec.json.decode(note.body, type=Registration)

    async def change(self, source: SourceId, how: Callable[[Registration], Registration]) -> Registration:
        """See CredentialStore."""
        for _ in range(_TRIES):
            note = (await self._notebook.read(source, [_NAME])).get(_NAME)
            before = Registration() if note is None else msgspec.json.decode(note.body, type=Registration)
            after = how(before)
            seen = {_NAME: ABSENT if note is None else note.revision}
            if after == before or await self._notebook.write(source, {_NAME: msgspec.json.encode(after)}, seen):
                return after
        raise Busy("凭证正被其他进程修改，请稍后重试", "the credentials are being changed elsewhere: try again later")


def digest(token: str) -> str:
    """What is kept of a token A that has been used."""
    return hashlib.sha256(token.encode()).hexdigest()


def our_credentials(config: OcpiConfig, token: str, versions_url: str) -> dict[str, Any]:
    """The Credentials object that we give."""
    business = {"name": config.our_name[:100]}
    party = {"country_code": config.us.country, "party_id": config.us.party}
    roles = [{"role": role, "business_details": business, **party} for role in config.our_roles]
    return {"token": token, "url": versions_url, "roles": roles}


class TheirCredentials(msgspec.Struct, frozen=True):
    """The Credentials object that another platform gives."""

    token: str
    url: str
    roles: tuple[Role, ...]
    hub: str

    def __repr__(self) -> str:
        return f"TheirCredentials(url={self.url!r})"


def read_credentials(raw: object) -> TheirCredentials:
    """A Credentials object. Raises BadInput."""
    told = mapping(raw, "Credentials")
    token, url = told.get("token"), told.get("url")
    if not isinstance(token, str) or not usable(token):
        refuse("BAD_TOKEN", "token 应为可见 ASCII 字符", "token must be visible ASCII characters")
    if not isinstance(url, str):
        refuse("BAD_URL", "缺少 url", "url is missing")
    roles = tuple(_role(each) for each in objects(told, "roles")[:MAX_ROLES])
    if not roles:
        refuse("NO_ROLES", "roles 至少应有一项", "roles must have one entry at least")
    hub = told.get("hub_party_id")
    return TheirCredentials(token, url, roles, hub if isinstance(hub, str) and len(hub) == 5 else "")


def _role(raw: Object) -> Role:
    details = raw.get("business_details")
    name = details.get("name") if isinstance(details, dict) else None
    return Role(
        enumeration(raw.get("role")),
        identifier(raw, "country_code"),
        identifier(raw, "party_id"),
        name[:100] if isinstance(name, str) else "",
    )


def read_endpoints(raw: object) -> tuple[Endpoint, ...]:
    """The endpoints of a version's details. Raises BadInput."""
    told = objects(mapping(raw, "version details"), "endpoints")[:MAX_ENDPOINTS]
    found = [
        Endpoint(each["identifier"].lower(), enumeration(each.get("role")), each["url"])
        for each in told
        if isinstance(each.get("identifier"), str) and isinstance(each.get("url"), str)
    ]
    if not found:
        refuse("NO_ENDPOINTS", "版本详情没有 endpoints", "the version's details have no endpoints")
    return tuple(found)
