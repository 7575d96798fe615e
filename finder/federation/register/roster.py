"""Keeps the running federation as the register says, whichever process changed it."""

import asyncio

import structlog

from finder.errors import FinderError, OperatorError, Unavailable
from finder.federation.federation import Federation
from finder.federation.register.model import Registered
from finder.federation.register.register import Register
from finder.federation.register.states import State

EVERY_S = 1.0
_SHOWN = (State.LIVE, State.PAUSED, State.SUSPENDED, State.LEFT)
_Look = tuple[object, ...]  # what of an operator makes another connector, or none
log = structlog.get_logger(__name__)


class Roster:
    """Looks whether the audit grew, and only then at the operators; each is brought to where it stands by itself."""

    def __init__(self, register: Register, federation: Federation, *, every_s: float = EVERY_S) -> None:
        self._register, self._federation, self._every_s = register, federation, every_s
        self._seq = -1
        self._done: dict[str, _Look] = {}

    async def step(self) -> None:
        """Takes in, takes out, removes. Raises Unavailable; a repeat completes it."""
        records = self._register.records
        seq = await records.audit.head()
        if seq == self._seq:
            return
        trouble: Unavailable | None = None
        for operator in await records.all(*_SHOWN):
            look = (operator.state, operator.setup.digest if operator.setup else "", tuple(operator.generations))
            if operator.source is None or self._done.get(operator.id) == look:
                continue
            try:
                await self._bring(operator, operator.source)
                self._done[operator.id] = look
            except Unavailable as away:
                trouble = away
        if trouble is not None:
            raise trouble
        self._seq = seq

    async def run(self) -> None:
        """Follows the register until it is cancelled."""
        told = ""
        while True:
            try:
                await self.step()
                told = ""
            except FinderError as error:
                if told != error.code:
                    log.warning("roster_waits", code=error.code, error=error.en)
                told = error.code
            await asyncio.sleep(self._every_s)

    async def _bring(self, operator: Registered, source: str) -> None:
        federation = self._federation
        log.info("operator_brought", operator=operator.id, source=source, state=operator.state.value)
        if operator.state is State.LEFT:
            await federation.remove(source)
        elif operator.state is not State.LIVE:
            await federation.pause(source, operator.name, _paused(operator))
        else:
            try:
                await federation.add(await self._register.connector(operator))
            except Unavailable:
                raise
            except FinderError as unusable:  # its secrets do not open, or its kind is not installed any more
                log.error("operator_unusable", operator=operator.id, code=unusable.code, error=unusable.en)
                await federation.pause(source, operator.name, _unusable(operator))


def _paused(operator: Registered) -> FinderError:
    if operator.state is State.PAUSED:
        zh, en, code = "已暂停接入", "has paused its connection", "OPERATOR_PAUSED"
    else:
        zh, en, code = "已被平台暂停接入", "is suspended by the platform", "OPERATOR_SUSPENDED"
    name = operator.name
    return OperatorError(
        f"{name}{zh}，其充电桩状态按未知显示", f"{name} {en}; the status of its bays is shown as unknown", code=code
    )


def _unusable(operator: Registered) -> FinderError:
    """As drivers are told; what it really is stands in the log."""
    return OperatorError(
        f"{operator.name}的接入暂时无法使用，其充电桩状态按未知显示，请平台人员查看日志",
        f"the connection to {operator.name} cannot be used now; the status of its bays is shown as unknown, "
        "and the log tells the staff why",
        code="OPERATOR_UNUSABLE",
    )
