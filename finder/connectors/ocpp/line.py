"""The wire to one pile: frames in and out in their order, and what is done with floods, garbage and silence."""

import asyncio
import contextlib

import structlog

from finder.connectors.ocpp.config import OcppLimits
from finder.connectors.ocpp.library import NO_ID, BadFrame, Frame, read_frame
from finder.connectors.ocpp.pile import Pile
from finder.connectors.sdk.ports import OperatorSocket

GARBAGE, FLOOD, TOO_LONG, SILENT, REPLACED, UNKNOWN, CHANGED = 1007, 1008, 1009, 4408, 4409, 4404, 4401
log = structlog.get_logger(__name__)


class Line:
    """One socket. Calls are answered one after the other, in the order in which they came."""

    def __init__(self, socket: OperatorSocket, limits: OcppLimits) -> None:
        self._socket, self._limits = socket, limits
        self._calls: asyncio.Queue[Frame] = asyncio.Queue(limits.unanswered)
        self._allowance = float(limits.burst)
        self._counted_at = 0.0

    async def send(self, text: str) -> None:
        """Sends a frame. Raises ConnectionError, also for a pile that does not read."""
        try:
            async with asyncio.timeout(self._limits.send_s):
                await self._socket.send(text)
        except TimeoutError:
            await self.close(FLOOD, "does not read")
            raise ConnectionError("the pile does not read") from None

    async def close(self, code: int, reason: str) -> None:
        """Ends it; may be called by whoever wants it to end."""
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(self._limits.send_s):
                await self._socket.close(code, reason)

    async def serve(self, pile: Pile) -> None:
        """Serves until the socket ends."""
        tasks = [asyncio.create_task(self._read(pile)), asyncio.create_task(self._answer(pile))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            pile.abandon()
            if not tasks[1].done():  # a pile may say its last word and leave: that word is still heard
                last = asyncio.ensure_future(self._calls.join())
                await asyncio.wait([last, tasks[1]], timeout=self._limits.handle_s, return_when=asyncio.FIRST_COMPLETED)
                last.cancel()
        finally:
            pile.abandon()
            for task in tasks:
                task.cancel()
            for ended in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(ended, Exception) and not isinstance(ended, ConnectionError):
                    log.error("pile_line_fault", pile=pile.id, error=type(ended).__name__)
            await self.close(1011, "")

    async def _read(self, pile: Pile) -> None:
        bad = 0
        while True:
            text = await self._next(pile)
            if text is None:
                return None
            if len(text) > self._limits.max_text:
                return await self._cut(pile, TOO_LONG, "message too long")
            try:
                frame = read_frame(text)
            except BadFrame as garbage:
                bad += 1
                if bad >= self._limits.bad_frames:
                    return await self._cut(pile, GARBAGE, "not OCPP")
                if pile.version != "1.6":  # 1.6 has no word for what cannot be read at all
                    await pile.fail(garbage.message_id, "RpcFrameworkError")
                elif garbage.message_id != NO_ID:
                    await pile.fail(garbage.message_id, "FormationViolation")
                continue
            bad = 0
            if frame.call is None:
                pile.take_answer(frame)
            elif self._calls.full():
                return await self._cut(pile, FLOOD, "too many calls without waiting for answers")
            else:
                self._calls.put_nowait(frame)
            await self._spare()

    async def _answer(self, pile: Pile) -> None:
        while True:
            frame = await self._calls.get()
            try:
                await pile.handle(frame, self._limits.handle_s)
            finally:
                self._calls.task_done()

    async def _next(self, pile: Pile) -> str | bytes | None:
        """The next message; None at the end. A pile that is silent is asked for a sign of life before it is cut."""
        waiting = asyncio.ensure_future(self._socket.receive())
        try:
            for part in (2 / 3, 1 / 3):
                done, _ = await asyncio.wait([waiting], timeout=self._limits.idle_s * part)
                if done:
                    return waiting.result()
                if part > 1 / 2:
                    pile.later(pile.try_to(pile.probe()))
            await self._cut(pile, SILENT, "silent")
            return None
        finally:
            waiting.cancel()

    async def _spare(self) -> None:
        """Reads no faster than a pile may write: the network then holds it back, and nothing is lost."""
        now = asyncio.get_running_loop().time()
        limits = self._limits
        gained = (now - self._counted_at) * limits.per_second if self._counted_at else 0.0
        self._allowance = min(float(limits.burst), self._allowance + gained) - 1
        self._counted_at = now
        if self._allowance < 0:
            await asyncio.sleep(-self._allowance / limits.per_second)

    async def _cut(self, pile: Pile, code: int, reason: str) -> None:
        log.warning("pile_cut", pile=pile.id, code=code, reason=reason)
        await self.close(code, reason)
