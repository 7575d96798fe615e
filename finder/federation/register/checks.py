"""Runs of the kit in the background: a few at once, one for each operator."""

import asyncio

import structlog

from finder.errors import Busy, Conflict, FinderError
from finder.federation.register.register import Register
from finder.identity.audit import Actor

AT_ONCE = 4
log = structlog.get_logger(__name__)


class Checks:
    """The runs of this process; one that ends with it is simply asked for again."""

    def __init__(self, register: Register, at_once: int = AT_ONCE) -> None:
        self._register, self._at_once = register, at_once
        self._running: dict[str, asyncio.Task[None]] = {}

    def running(self, operator_id: str) -> bool:
        """Whether this operator's run is under way here."""
        return operator_id in self._running

    async def start(self, operator_id: str, actor: Actor) -> None:
        """Begins a run. Raises what `Register.checkable` raises, Conflict (CHECK_RUNNING) or Busy (CHECKS_FULL)."""
        await self._register.checkable(operator_id)
        if operator_id in self._running:
            raise Conflict(
                "检查正在进行，请稍后查看报告", "a check is running: look at the report later", code="CHECK_RUNNING"
            )
        if len(self._running) >= self._at_once:
            raise Busy("同时进行的检查过多，请稍后重试", "too many checks are running: try later", code="CHECKS_FULL")
        task = asyncio.create_task(self._run(operator_id, actor))
        self._running[operator_id] = task
        task.add_done_callback(lambda _: self._running.pop(operator_id, None))

    async def close(self) -> None:
        """Breaks off what runs."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, operator_id: str, actor: Actor) -> None:
        try:
            checked = (await self._register.check(operator_id, actor)).checked
            log.info("operator_checked", operator=operator_id, passed=checked is not None and checked.passed)
        except FinderError as error:  # it left meanwhile, or the database is away
            log.warning("check_lost", operator=operator_id, code=error.code, error=error.en)
