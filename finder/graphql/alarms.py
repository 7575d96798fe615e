"""Alarms: officials read them, a supervisor or an administrator says what was done."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import strawberry
from strawberry.types import Info

from finder.errors import Unavailable
from finder.graphql.moment import Context
from finder.graphql.pages import check_first
from finder.graphql.types import of, plain
from finder.supervision.alarms.keeper import MOST, Alarms
from finder.supervision.alarms.model import Alarm, AlarmKind, AlarmState

Ask = Info[Context, None]
Id = Annotated[strawberry.ID, strawberry.argument(name="id")]
strawberry.enum(AlarmKind, description="Bays that went offline together, or what a device is afraid of.")
strawberry.enum(AlarmState, description="Whether a person has taken it on.")


@strawberry.type(name="Alarm", description="Something that a person has to look at.")
class AlarmType:  # noqa: D101
    id: strawberry.ID
    kind: AlarmKind
    state: AlarmState
    operator: strawberry.ID
    county: strawberry.ID = plain("GB/T 2260; '' where it is not known.")
    bays: int = of(lambda alarm: len(alarm.evses))
    evses: list[strawberry.ID] = of(lambda alarm: list(alarm.evses))
    first_at: datetime = plain("When the first bay went, or the device told of it.")
    last_at: datetime
    raised_at: datetime
    ended_at: datetime | None = plain("The bays are back.")
    code: str = plain("The protocol's own word for it.")
    text: str = plain("What the device added.")
    acknowledged_by: strawberry.ID | None
    acknowledged_at: datetime | None
    done: str | None = plain("What was done, in a person's words.")


def _kept(info: Ask) -> Alarms:
    kept = info.context.gateway.alarms
    if kept is None:
        raise Unavailable("本站未开启告警", "there are no alarms here", code="NO_ALARMS")
    return kept


async def alarms(info: Ask, state: AlarmState | None = None, first: int = 50) -> Sequence[Alarm]:
    """Raises BadInput for a number out of range, StoreUnavailable."""
    check_first(first, MOST)
    info.context.spend(first)
    return await _kept(info).alarms(state, first)


async def acknowledge_alarm(info: Ask, alarm_id: Id, done: str) -> Alarm:
    """Raises NotFound, Conflict, BadInput."""
    caller = await info.context.caller()
    return await _kept(info).acknowledge(alarm_id, caller.person, done)
