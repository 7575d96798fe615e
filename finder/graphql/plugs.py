"""Cars that pay by themselves, what the phone is told of them, and what their owner says to it."""

from collections.abc import Mapping
from datetime import datetime

import strawberry
from strawberry.types import Info

from finder.charging.bindings import Binding as Bound
from finder.charging.bindings import BindingState, Proof
from finder.charging.plug_cases import Case, CaseKind, Decision
from finder.charging.told import NoticeKind, Told
from finder.graphql.moment import Context
from finder.graphql.types import of, plain

Ask = Info[Context, None]
strawberry.enum(BindingState, description="Whether a car charges by the plug.")
strawberry.enum(Proof, name="BindingProof", description="How it became known that the car is that person's.")
strawberry.enum(CaseKind, description="What a person has to decide.")
strawberry.enum(Decision, name="CaseDecision", description="How a person decided.")
strawberry.enum(NoticeKind, description="What a phone is told.")

_WORDS: Mapping[NoticeKind, tuple[str, str]] = {
    NoticeKind.PLUG_STARTED: (
        "您的车已插枪并开始充电，如非本人操作请点“这不是我”",
        "your car was plugged in and charges; if that was not you, say so",
    ),
    NoticeKind.BINDING_PROVEN: (
        "车辆已核实，下次插枪即可充电",
        "your car is proven: now it charges by the plug",
    ),
    NoticeKind.BINDING_SUSPENDED: (
        "该车的即插即充已暂停，客服将核实",
        "your car charges by the plug no more until somebody has looked at your case",
    ),
    NoticeKind.VEHICLE_LOST: (
        "经核实，该车架号属于另一位用户，已从您的账户移除",
        "a person decided that this car is another's: it was taken off your account",
    ),
    NoticeKind.VEHICLE_FREE: ("经核实，该车架号可由您添加", "a person decided that the car is yours: add it now"),
    NoticeKind.CLAIM_REFUSED: ("经核实，该车架号仍归原账户", "a person decided that the car stays with whoever has it"),
}


@strawberry.type(description="A car that charges by being plugged in.")
class Binding:  # noqa: D101
    vehicle: strawberry.ID
    agreement: strawberry.ID = plain("Under which it pays.")
    state: BindingState = plain("PROVING until somebody vouches for it, or after one session begun from the phone.")
    proof: Proof | None
    contract: str | None = plain("What a charger shows that knows no VIN; null until the car is proven.")
    made_at: datetime


@strawberry.type(description="Waits for a person's decision, or had it.")
class PlugCase:  # noqa: D101
    id: strawberry.ID
    kind: CaseKind
    order: strawberry.ID | None
    opened_at: datetime
    decision: Decision | None


def _text(root: strawberry.Parent[Told], info: Ask) -> str:
    zh, en = _WORDS[root.kind]
    return zh if info.context.language.startswith("zh") else en


@strawberry.type(description="Something that the phone should show.")
class Notice:  # noqa: D101
    id: strawberry.ID
    kind: NoticeKind
    text: str = strawberry.field(resolver=_text, description="In the reader's language.")
    order: strawberry.ID | None = plain("For `notMe`.")
    vehicle: strawberry.ID | None
    at: datetime
    read: bool = of(lambda told: told.read_at is not None)


async def bindings(info: Ask) -> list[Bound]:
    """The oldest first; none where nothing is paid here."""
    caller, there = await info.context.caller(), info.context.gateway.plugs
    return [] if there is None else await there.bindings.of(caller.person)


async def notices(info: Ask) -> list[Told]:
    """The newest first."""
    caller, there = await info.context.caller(), info.context.gateway.plugs
    return [] if there is None else await there.notices.of(caller.person)


async def cases(info: Ask) -> list[Case]:
    """The oldest first."""
    caller, there = await info.context.caller(), info.context.gateway.plugs
    return [] if there is None else await there.cases.of(caller.person)


async def bind_vehicle(info: Ask, vehicle: strawberry.ID, agreement: strawberry.ID) -> Bound:
    """Raises NotFound, Conflict, Busy."""
    return await info.context.plugs.bindings.bind(await info.context.caller(), vehicle, agreement)


async def unbind_vehicle(info: Ask, vehicle: strawberry.ID) -> bool:
    """Raises NotFound, for another's too."""
    return await info.context.plugs.bindings.unbind(await info.context.caller(), vehicle)


async def claim_vehicle(info: Ask, vin: str) -> Case:
    """Raises BadInput, NotFound, Conflict, Busy."""
    return await info.context.plugs.cases.claim(await info.context.caller(), vin)


async def not_me(info: Ask, order: strawberry.ID) -> Case:
    """Raises NotFound, for another's too."""
    return await info.context.plugs.cases.not_me(await info.context.caller(), order)


async def read_notices(info: Ask, up_to: strawberry.ID) -> int:
    """How many were not read yet."""
    return await info.context.plugs.notices.read(await info.context.caller(), up_to)
