"""Payment agreements as their owner sees and makes them; who pays at the channel is never shown."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry.types import Info

from finder.charging.agreements import Agreement as Agreed
from finder.charging.payers import Word
from finder.graphql.moment import Context
from finder.graphql.types import of, plain
from finder.kernel.money import Money

Ask = Info[Context, None]


@strawberry.type(description="A standing agreement to pay.")
class Agreement:  # noqa: D101
    id: strawberry.ID
    channel: strawberry.ID
    standing: bool = plain("The channel holds without asking, as charging by the plug needs.")
    cap_fen: int = of(lambda agreed: agreed.cap.fen, "The most for one session.")
    created_at: datetime
    ended_at: datetime | None = plain("From when on nothing begins under it.")


@strawberry.input(
    description="`ticket`, `code`, `state`: of `beginLink` at the channel's own sign-in; none for a practice channel."
)
class AgreementInput:  # noqa: D101
    channel: strawberry.ID
    cap_fen: int
    standing: bool = True
    ticket: str = ""
    code: str = ""
    state: str = ""


async def agreements(info: Ask) -> list[Agreed]:
    """The oldest first; none where nothing is paid here."""
    caller, there = await info.context.caller(), info.context.gateway.agreements
    return [] if there is None else await there.of(caller.person)


async def add_agreement(info: Ask, ask: AgreementInput) -> Agreed:
    """Raises BadInput, Conflict, TooLarge, Busy, ProviderRefused, ProviderUnavailable."""
    caller = await info.context.caller()
    word = Word(ask.ticket, ask.code, ask.state)
    return await info.context.agreements.open(caller, ask.channel, Money(ask.cap_fen), word, standing=ask.standing)


async def end_agreement(info: Ask, agreement_id: Annotated[strawberry.ID, strawberry.argument(name="id")]) -> Agreed:
    """Raises NotFound, for another's too."""
    return await info.context.agreements.end(await info.context.caller(), agreement_id)
