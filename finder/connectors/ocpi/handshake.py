"""Versions, details and credentials as we begin them: registration, rotation, deletion."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from finder.connectors.ocpi.client import OcpiHttp, never_sent
from finder.connectors.ocpi.config import OcpiConfig
from finder.connectors.ocpi.credentials import (
    CredentialStore,
    Endpoint,
    Given,
    Registration,
    TheirCredentials,
    digest,
    our_credentials,
    read_credentials,
    read_endpoints,
)
from finder.connectors.ocpi.tokens import new_token
from finder.errors import BadInput, OperatorError, OperatorLied, OperatorRefused, OperatorUnavailable
from finder.kernel.clock import Clock

_CLAIM = timedelta(minutes=2)  # a handshake that began so long ago is not going on any more
_KEPT_TOKENS = 3


@dataclass(frozen=True, slots=True)
class Found:
    """A version that both speak, and where its interfaces are."""

    version: str
    endpoints: tuple[Endpoint, ...]


class Handshake:
    """The credentials module as its client. Every method raises OperatorError or StoreUnavailable."""

    def __init__(self, config: OcpiConfig, http: OcpiHttp, store: CredentialStore, our_url: str, clock: Clock) -> None:
        self._config, self._http, self._store = config, http, store
        self._our_url, self._clock = our_url, clock

    async def ready(self) -> Registration:
        """The registration; where there is none and the operator gave us a token A, makes one."""
        held, fixed = await self._store.load(self._config.source), self._config.fixed_token
        if fixed is not None:
            return held if held.calling == fixed else await self._fixed(fixed)
        return held if held.registered else await self.register()

    async def register(self) -> Registration:
        """Registers with the token A that the operator gave us."""
        config, token_a = self._config, self._config.token_a
        if token_a is None:
            raise OperatorRefused(
                f"尚未与{config.name}完成注册，等待对方用我方令牌发起",
                f"{config.name} has not registered yet: it is to begin with the token that we gave",
                code="NOT_REGISTERED",
            )
        self._fresh(await self._store.load(config.source), token_a)
        found, mine = await self.discover(config.versions_url, token_a), new_token()
        # It calls our versions with this token before it answers, so it must be known beforehand.
        await self._store.change(config.source, lambda held: self._began(held, token_a, mine))
        try:
            theirs = await self._exchange("POST", found, token_a, mine)
        except BaseException:
            await self._store.change(config.source, lambda held: _without(held, mine))
            raise
        spent = digest(token_a)
        return await self._store.change(
            config.source, lambda held: self._registered(held, mine, found, theirs, (*held.spent, spent))
        )

    async def rotate(self) -> Registration:
        """Gives the operator a new token and gets one; our old one still opens for `rotation_grace`."""
        config, held = self._config, await self.ready()
        token = self._token(held)
        found, mine = await self.discover(config.versions_url, token), new_token()

        def offered(now: Registration) -> Registration:
            return msgspec.structs.replace(now, given=kept((Given(mine, offered=True), *now.given)))

        await self._store.change(config.source, offered)
        try:
            theirs = await self._exchange("PUT", found, token, mine)
        except OperatorError as error:
            # Where nobody knows whether it was taken, the operator may call with either.
            answered = error.code.startswith("OCPI_") or not isinstance(error, OperatorUnavailable)
            if answered or never_sent(error):
                await self._store.change(config.source, lambda now: _without(now, mine))
            raise
        return await self._store.change(
            config.source, lambda now: self._registered(now, mine, found, theirs, now.spent)
        )

    def due(self, held: Registration) -> bool:
        """Whether our token is as old as tokens may become."""
        made_at, every = held.given[0].made_at if held.given else None, self._config.rotate_every
        return made_at is not None and every is not None and self._clock() - made_at >= every

    async def unregister(self) -> None:
        """Ends the registration on both sides; on ours even where the operator does not answer."""
        held = await self._store.load(self._config.source)
        url = held.endpoint("credentials", "RECEIVER") or held.endpoint("credentials", "SENDER")
        await self._store.change(self._config.source, forgotten)
        if held.calling is not None and url is not None:
            await self._http.once("DELETE", url, held.calling, "credentials")

    async def discover(self, versions_url: str, token: str, versions: Sequence[str] = ()) -> Found:
        """Their versions, and the details of the best of ours (or of those named) that they speak."""
        config = self._config
        told = (await self._http.get(versions_url, token, "versions")).data
        listed = [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []
        urls = {str(each.get("version")): each.get("url") for each in listed}
        wanted = versions or config.versions
        version = next((each for each in wanted if isinstance(urls.get(each), str)), None)
        if version is None:
            raise OperatorRefused(
                f"{config.name}不支持 OCPI {'、'.join(wanted)}（支持 {'、'.join(urls) or '无'}）",
                f"{config.name} does not speak OCPI {', '.join(wanted)}, only {', '.join(urls) or 'none'}",
                code="OCPI_VERSION",
            )
        details = (await self._http.get(str(urls[version]), token, "versions")).data
        try:
            endpoints = read_endpoints(details)
        except BadInput as bad:
            raise OperatorLied(f"{config.name}：{bad.zh}", f"{config.name}: {bad.en}", code=bad.code) from bad
        named = {(each.module, each.role) for each in endpoints}
        more = [Endpoint(m, "", url) for m, url in config.endpoints if not any(m == module for module, _ in named)]
        return Found(version, (*endpoints, *more))

    async def _exchange(self, method: str, found: Found, token: str, mine: str) -> TheirCredentials:
        """POST or PUT of our credentials; theirs come back."""
        name = self._config.name
        url = next((each.url for each in found.endpoints if each.module == "credentials"), None)
        if url is None:
            raise OperatorLied(
                f"{name}的版本详情没有 credentials",
                f"{name}'s version details name no credentials",
                code="NO_ENDPOINTS",
            )
        ours = our_credentials(self._config, mine, self._our_url)
        answer = await self._http.once(method, url, token, "credentials", body=ours)
        try:
            return read_credentials(answer.data)
        except BadInput as bad:
            raise OperatorLied(f"{name}：{bad.zh}", f"{name}: {bad.en}", code=bad.code) from bad

    async def _fixed(self, token: str) -> Registration:
        """A platform without a handshake: a token that was agreed by hand, and whatever its versions say."""
        found = await self.discover(self._config.versions_url, token)
        given = () if self._config.fixed_push_token is None else (Given(self._config.fixed_push_token),)
        return await self._store.change(
            self._config.source,
            lambda _: Registration(version=found.version, calling=token, given=given, endpoints=found.endpoints),
        )

    def _fresh(self, held: Registration, token_a: str) -> None:
        name = self._config.name
        if digest(token_a) in held.spent:
            raise OperatorRefused(
                f"{name}的令牌 A 已用过；注册已解除，请向对方索取新令牌",
                f"{name}'s token A was used before and the registration has ended: ask for another",
                code="TOKEN_A_SPENT",
            )
        if held.registered or (held.claimed_at is not None and self._clock() - held.claimed_at < _CLAIM):
            raise OperatorRefused(
                f"与{name}的注册已完成或正在进行，稍后自动重试",
                f"a registration with {name} is made or under way; it is looked at again later",
                code="REGISTERING",
            )

    def _began(self, held: Registration, token_a: str, mine: str) -> Registration:
        self._fresh(held, token_a)
        now = self._clock()
        given = kept((Given(mine, now + _CLAIM, offered=True), *held.given))
        return msgspec.structs.replace(held, given=given, claimed_at=now)

    def _registered(
        self, held: Registration, mine: str, found: Found, theirs: TheirCredentials, spent: tuple[str, ...]
    ) -> Registration:
        now = self._clock()
        others = tuple(each for each in held.given if each.token != mine)
        given = ended((Given(mine, made_at=now), *others), now + self._config.rotation_grace)
        return agreed(found, theirs, given, spent)

    def _token(self, held: Registration) -> str:
        if held.calling is None:
            name = self._config.name
            raise OperatorRefused(
                f"尚未与{name}完成注册", f"there is no registration with {name}", code="NOT_REGISTERED"
            )
        return held.calling


def forgotten(held: Registration) -> Registration:
    """What is left of a registration that has ended: which tokens A were used."""
    return Registration(spent=held.spent)


def agreed(found: Found, theirs: TheirCredentials, given: tuple[Given, ...], spent: tuple[str, ...]) -> Registration:
    """A registration that both sides have agreed on."""
    return Registration(
        version=found.version,
        calling=theirs.token,
        given=kept(given),
        endpoints=found.endpoints,
        roles=theirs.roles,
        hub=theirs.hub,
        spent=tuple(dict.fromkeys(spent))[-20:],
    )


def ended(given: tuple[Given, ...], at: datetime) -> tuple[Given, ...]:
    """All of our tokens but the newest ending then, or sooner where they did already."""
    newest, *old = given
    return newest, *(
        msgspec.structs.replace(each, until=at if each.until is None else min(each.until, at)) for each in old
    )


def kept(given: tuple[Given, ...]) -> tuple[Given, ...]:
    """The newest few, and always the newest that was agreed on: offers in vain must not lock the operator out."""
    newest = given[:_KEPT_TOKENS]
    sure = next((each for each in given if not each.offered), None)
    return newest if sure is None or sure in newest else (*newest[:-1], sure)


def _without(held: Registration, mine: str) -> Registration:
    given = tuple(each for each in held.given if each.token != mine)
    return msgspec.structs.replace(held, given=given, claimed_at=None)
