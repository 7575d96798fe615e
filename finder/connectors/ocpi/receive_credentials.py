"""The credentials module as its server: registration that the operator begins, rotation, deletion."""

from finder.connectors.ocpi.config import OcpiConfig
from finder.connectors.ocpi.credentials import (
    CredentialStore,
    Given,
    Registration,
    TheirCredentials,
    digest,
    our_credentials,
    read_credentials,
)
from finder.connectors.ocpi.envelope import CANNOT_USE_API, ENDPOINTS, VERSION
from finder.connectors.ocpi.handshake import Found, Handshake, agreed, ended, forgotten
from finder.connectors.ocpi.taught import Call, Taught, no_method, wrong
from finder.connectors.ocpi.tokens import holds, new_token
from finder.errors import OperatorError

_USED = frozenset({"locations", "tariffs", "sessions", "cdrs", "commands"})


class CredentialsDesk:
    """Answers /credentials."""

    def __init__(self, config: OcpiConfig, store: CredentialStore, handshake: Handshake, our_url: str) -> None:
        self._config, self._store, self._handshake, self._our_url = config, store, handshake, our_url

    async def serve(self, call: Call) -> Taught:
        """GET, POST, PUT or DELETE."""
        methods = {"GET": self._get, "POST": self._register, "PUT": self._update, "DELETE": self._unregister}
        serve = methods.get(call.method)
        if serve is None:
            no_method()
        return await serve(call)

    async def _get(self, call: Call) -> Taught:
        return Taught(our_credentials(self._config, self._token_used(call), self._our_url))

    async def _register(self, call: Call) -> Taught:
        given = self._config.given_token
        if call.held.registered or given is None or not holds(call.candidates, given):
            wrong("已注册，请用 PUT 更新", "registered already: use PUT to update", http_status=405)
        theirs, found = await self._their_api(call)
        token = new_token()

        def how(now: Registration) -> Registration:
            if now.registered or digest(given) in now.spent:
                wrong("已注册，请用 PUT 更新", "registered already: use PUT to update", http_status=405)
            return agreed(found, theirs, (Given(token, made_at=call.now),), (*now.spent, digest(given)))

        await self._store.change(self._config.source, how)
        return Taught(our_credentials(self._config, token, self._our_url))

    async def _update(self, call: Call) -> Taught:
        if not call.held.registered:
            wrong("尚未注册，请用 POST 注册", "not registered yet: use POST to register", http_status=405)
        theirs, found = await self._their_api(call)
        token, ends = new_token(), call.now + self._config.rotation_grace

        def how(now: Registration) -> Registration:
            given = ended((Given(token, made_at=call.now), *now.given), ends)
            return agreed(found, theirs, given, now.spent)

        await self._store.change(self._config.source, how)
        return Taught(our_credentials(self._config, token, self._our_url))

    async def _unregister(self, call: Call) -> Taught:
        if not call.held.registered:
            wrong("尚未注册", "not registered", http_status=405)
        await self._store.change(self._config.source, forgotten)
        return Taught()

    async def _their_api(self, call: Call) -> tuple[TheirCredentials, Found]:
        """Their credentials, and their endpoints of the version that they call us in."""
        theirs = read_credentials(call.body("Credentials"))
        try:
            found = await self._handshake.discover(theirs.url, theirs.token, (call.version,))
        except OperatorError as error:
            status = VERSION if error.code == "OCPI_VERSION" else CANNOT_USE_API
            wrong(f"无法使用贵方接口：{error.zh}", f"cannot use your API: {error.en}", status=status)
        if not any(each.module in _USED for each in found.endpoints):
            wrong("没有可用的 endpoints", "no endpoint of yours is of use to us", status=ENDPOINTS)
        return theirs, found

    def _token_used(self, call: Call) -> str:
        """The token that the caller holds; what it is told is no more than it knows."""
        ours = [each.token for each in call.held.given]
        ours += [each for each in (self._config.given_token, self._config.fixed_push_token) if each is not None]
        return next(token for token in ours if holds(call.candidates, token))
