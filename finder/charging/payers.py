"""How it is learned who pays at a channel: from an account there that is linked, or made up for practice."""

from dataclasses import dataclass, field
from typing import Protocol

from finder.errors import BadInput
from finder.identity.oidc import Oidc
from finder.identity.roles import Caller


@dataclass(frozen=True, slots=True)
class Word:
    """What the phone brought back from the channel's own sign-in; empty where the channel is for practice."""

    ticket: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    state: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Payer:
    """A person at a channel; `standing` says whether a hold is made there without asking that person."""

    id: str = field(repr=False)
    standing: bool


class PayerProof(Protocol):
    """Learns who pays at one channel."""

    async def prove(self, caller: Caller, word: Word) -> Payer:
        """The caller's id at the channel. Raises BadInput or Denied where it is not proven, Unavailable."""


class PracticePayers:
    """Everybody has an account at a practice channel."""

    async def prove(self, caller: Caller, word: Word) -> Payer:
        """See PayerProof."""
        return Payer(f"practice-{caller.person}", standing=True)


class LinkedPayers:
    """Who is linked at the channel's provider of identity, which has the channel's name (decision 0050).

    `standing`: whether the channel lets us hold without asking (WeChat: 免确认; a permission of its own).
    """

    def __init__(self, oidc: Oidc, provider: str, *, standing: bool) -> None:
        self._oidc, self._provider, self._standing = oidc, provider, standing

    async def prove(self, caller: Caller, word: Word) -> Payer:
        """See PayerProof. Raises ProviderRefused, ProviderUnavailable."""
        if not (word.ticket and word.code and word.state):
            raise BadInput(
                "请先在支付渠道登录（beginLink），再签约",
                "sign in at the payment channel first (beginLink), then agree",
                code="PAYER_NOT_PROVEN",
            )
        return Payer(
            await self._oidc.subject(caller, self._provider, word.ticket, word.code, word.state), self._standing
        )
