"""What an OCPI platform calls at ours: who it is, what it asks for, and the envelope around every answer."""

from collections.abc import Awaitable, Callable, Mapping

import structlog

from finder.connectors.ocpi.config import OcpiConfig
from finder.connectors.ocpi.credentials import CredentialStore, Registration, digest
from finder.connectors.ocpi.envelope import CLIENT, PARAMETERS, SERVER, Answered, envelope
from finder.connectors.ocpi.taught import Call, Taught, no_method, wrong
from finder.connectors.ocpi.tokens import holds, read_header
from finder.connectors.sdk.ports import PushAnswer, PushRequest
from finder.errors import BadInput, Busy, FinderError, Unavailable

Serve = Callable[[Call], Awaitable[Taught]]

# Module, and the role that we have in it (OCPI, version details).
OUR_MODULES = (
    ("credentials", "SENDER"),  # its role means nothing; 2.3.0 advises this one
    ("locations", "RECEIVER"),
    ("tariffs", "RECEIVER"),
    ("sessions", "RECEIVER"),
    ("cdrs", "RECEIVER"),
    ("tokens", "SENDER"),
    ("commands", "SENDER"),
)
_CONFIGURATION = frozenset({"versions", "credentials"})
_ECHOED = ("x-request-id", "x-correlation-id")
log = structlog.get_logger(__name__)


class OcpiReceiver:
    """One operator's calls to us. `base` is our address of it, up to and with '/ocpi', without a slash at the end."""

    def __init__(self, config: OcpiConfig, store: CredentialStore, base: str, modules: Mapping[str, Serve]) -> None:
        self._config, self._store, self._base, self._modules = config, store, base, modules

    async def receive(self, request: PushRequest) -> PushAnswer:
        """Lets in, reads and answers in OCPI's form. Never raises for bad input."""
        module = "versions"
        try:
            call = await self._let_in(request)
            module = call.module
            taught = await self._serve(call)
        except Answered as answered:
            taught = _refused(answered.status, answered.answer_status, answered)
        except BadInput as bad:
            taught = _refused(PARAMETERS, 400 if bad.code == "NOT_JSON" else 200, bad)
        except Busy as busy:
            taught = _refused(SERVER, 429, busy)
        except Unavailable as away:
            taught = _refused(SERVER, 503, away)
        return PushAnswer(
            taught.http_status,
            envelope(taught.status, request.received_at, taught.data, taught.message),
            content_type="application/json",
            observations=taught.observations,
            stations=taught.stations,
            removed=taught.removed,
            refused=taught.refused,
            headers={**self._headers(request, module), **taught.headers},
        )

    async def _let_in(self, request: PushRequest) -> Call:
        """The call of who holds a token of ours; nothing of a request is looked at before.

        Who holds only the token A that we gave may read versions and register.
        """
        # Some join an endpoint and an id with a slash, some without; ours end in one, and two are taken for one.
        first, *parts = [part for part in request.path.split("/") if part] or [""]
        candidates = read_header(request.headers.get("authorization"))
        held = await self._store.load(self._config.source)
        known, beginning = self._known(held, candidates, request), self._beginning(held, candidates)
        version = parts[0] if parts else ""
        module = parts[1].lower() if len(parts) > 1 else "versions"
        if not known and not (beginning and module in _CONFIGURATION):
            wrong(
                "令牌无效，请核对凭证", "the token is not valid: check the credentials", status=CLIENT, http_status=401
            )
        if first != "ocpi" or not parts or (version != "versions" and version not in self._config.versions):
            wrong("没有该接口", "there is no such interface", status=CLIENT, http_status=404)
        return Call(request, version, module, tuple(parts[2:]), held, candidates)

    def _known(self, held: Registration, candidates: tuple[str, ...], request: PushRequest) -> bool:
        fixed = self._config.fixed_push_token
        return held.opens(candidates, request.received_at) or (fixed is not None and holds(candidates, fixed))

    def _beginning(self, held: Registration, candidates: tuple[str, ...]) -> bool:
        given = self._config.given_token
        return (
            given is not None and not held.registered and digest(given) not in held.spent and holds(candidates, given)
        )

    async def _serve(self, call: Call) -> Taught:
        if call.version == "versions" or call.module == "versions":
            if call.method != "GET":
                no_method()
            return Taught(self._versions() if call.version == "versions" else self._details(call.version))
        serve = self._modules.get(call.module)
        if serve is None:
            wrong("没有该接口", "there is no such interface", status=CLIENT, http_status=404)
        return await serve(call)

    def _versions(self) -> list[dict[str, str]]:
        return [{"version": each, "url": f"{self._base}/{each}"} for each in self._config.versions]

    def _details(self, version: str) -> dict[str, object]:
        endpoints = [
            {"identifier": module, "role": role, "url": f"{self._base}/{version}/{module}/"}
            for module, role in OUR_MODULES
            if module in self._modules
        ]
        return {"version": version, "endpoints": endpoints}

    def _headers(self, request: PushRequest, module: str) -> dict[str, str]:
        headers = {name: value for name in _ECHOED if (value := _safe(request.headers.get(name)))}
        if module not in _CONFIGURATION:
            us = self._config.us
            headers |= {"ocpi-from-country-code": us.country, "ocpi-from-party-id": us.party}
            for part in ("country-code", "party-id"):
                if value := _safe(request.headers.get(f"ocpi-from-{part}"), 5):
                    headers[f"ocpi-to-{part}"] = value
        return headers


def _safe(value: str | None, limit: int = 100) -> str | None:
    return value if value and len(value) <= limit and value.isascii() and value.isprintable() else None


def _refused(status: int, http_status: int, error: FinderError) -> Taught:
    return Taught(status=status, http_status=http_status, message=f"{error.zh} / {error.en}")
