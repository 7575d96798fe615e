"""What every kind of provider of identity has in common: its place in a flow, how it is asked, the two refusals."""

import asyncio
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from finder.errors import Denied, Unavailable

TIMEOUT_S = 5.0
MAX_ANSWER = 256 * 1024


class Registered(Protocol):
    """A provider at which we are registered. `id` is ours and stays."""

    @property
    def id(self) -> str:
        """Small letters and digits."""

    @property
    def name(self) -> str:
        """As people read it."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and what it must keep until it comes back."""

    url: str = field(repr=False)
    ticket: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Asking:
    """One flow as the provider sees it; `nonce` and `verifier` are derived from the ticket, for those that know them.

    `state` is 64 letters and digits: WeChat takes no other signs.
    """

    return_to: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


class Speaker(Protocol):
    """One provider, in its own protocol."""

    async def address(self, asking: Asking) -> str:
        """Where to send the browser. Raises ProviderUnavailable."""

    async def subject(self, asking: Asking, code: str) -> str:
        """The provider's name for who came back with this code. Raises ProviderRefused, ProviderUnavailable."""

    async def close(self) -> None:
        """Lets go of connections."""


class ProviderRefused(Denied):
    """One answer for a flow that is unknown, old, another browser's, or not vouched for by the provider."""

    default_code = "PROVIDER_REFUSED"

    def __init__(self) -> None:
        super().__init__(
            "第三方登录未成功，请重试，或用短信验证码登录",
            "signing in there did not succeed: try again, or sign in by text message",
        )


class ProviderUnavailable(Unavailable):
    """The provider does not answer, or not as it should."""

    default_code = "PROVIDER_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__(
            "第三方登录暂不可用，请稍后重试，或用短信验证码登录",
            "signing in there is not possible now: try later, or sign in by text message",
        )


def named(subject: object) -> str:
    """A provider's name for a person, of 1 to 255 characters. Raises ProviderRefused."""
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255:
        raise ProviderRefused
    return subject


async def answered(client: httpx.AsyncClient, request: httpx.Request, timeout_s: float = TIMEOUT_S) -> bytes:
    """The body of an answer with HTTP 200, of MAX_ANSWER bytes at most. Raises ProviderUnavailable."""
    body = bytearray()
    try:
        async with asyncio.timeout(timeout_s):
            answer = await client.send(request, stream=True)
            try:
                async for piece in answer.aiter_bytes():
                    body += piece
                    if answer.status_code != 200 or len(body) > MAX_ANSWER:
                        raise ProviderUnavailable
            finally:
                await answer.aclose()
    except (httpx.HTTPError, TimeoutError):
        raise ProviderUnavailable from None  # its own error could hold the address, and that a secret
    if answer.status_code != 200:
        raise ProviderUnavailable
    return bytes(body)
