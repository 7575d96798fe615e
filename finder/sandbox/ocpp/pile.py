"""A practice pile, whatever its version: plugs, a meter, a connection that may break, and what waits to be told."""

import asyncio
import base64
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from finder.kernel.clock import Clock, system_clock
from finder.sandbox.ocpp.faults import PileFaults

_ANSWER_S = 5.0


@dataclass(slots=True)
class Charge:
    """One charge at a plug. `number` is the finder's in 1.6; `wire_id` is the pile's own in 2.0.1."""

    plug: int
    tag: str = field(repr=False)
    began_at: str
    began_wh: int
    flowed_at: datetime  # true time, up to which the current has gone through the meter
    number: int | None = None
    wire_id: str | None = None
    remote_id: int | None = None
    seq: int = 0
    allowed: bool | None = None  # as the finder answered


class PracticePile:
    """Steps are taken by whoever drives it: a test, or a practice street. Times in UTC, the register in Wh."""

    subprotocol: ClassVar[str]

    def __init__(
        self,
        url: str,
        pile_id: str,
        password: str,
        *,
        plugs: int = 1,
        power_kw: float = 7.0,
        clock: Clock = system_clock,
        faults: PileFaults | None = None,
    ) -> None:
        """`url` is the base that `finder pile add` prints, without the pile's id."""
        self.url, self.id, self._password = url, pile_id, password
        self.plugs, self.power_kw = plugs, power_kw
        self.faults = faults or PileFaults()
        self._clock = clock
        self.wh = dict.fromkeys(range(1, plugs + 1), 1_000_000)
        self.charges: dict[int, Charge] = {}
        self.asked: list[str] = []  # commands that came
        self.close_code: int | None = None
        self._socket: ClientConnection | None = None
        self._station: Any = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._waiting: deque[tuple[Callable[[], Any], Callable[[Any], None] | None]] = deque()
        self._flushing = asyncio.Lock()

    @property
    def online(self) -> bool:
        """Whether it holds a connection."""
        return self._socket is not None

    async def dial(self, *, password: str | None = None, offered: Sequence[Subprotocol] | None = None) -> None:
        """Connects. Raises websockets' InvalidStatus where it is refused."""
        token = base64.b64encode(f"{self.id}:{password or self._password}".encode()).decode()
        self._socket = await connect(
            f"{self.url}/{self.id}",
            subprotocols=[Subprotocol(self.subprotocol)] if offered is None else list(offered) or None,
            additional_headers={"authorization": f"Basic {token}"},
            proxy=None,
        )
        self.close_code = None
        self._station = self._new_station(self._socket)
        self._keep(self._run(self._station, self._socket))

    async def join(self) -> None:
        """Connects, says what it is and how its plugs are, and tells what waited."""
        await self.dial()
        await self.call(self._boot())
        for plug in self.wh:
            await self.tell_status(plug)
        await self.flush()

    async def drop(self) -> None:
        """Loses the connection, as a cut cable does."""
        if self._socket is not None:
            self._socket.transport.abort()
            await self._socket.wait_closed()
            self._socket = None

    async def leave(self) -> None:
        """Closes the connection and ends what it was doing."""
        if self._socket is not None:
            await self._socket.close()
            self._socket = None
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def closed(self) -> int | None:
        """Waits until the finder ends the connection; its code."""
        if (socket := self._socket) is not None:
            await socket.wait_closed()
            self.close_code = socket.close_code
        return self.close_code

    async def send_raw(self, text: str | bytes) -> None:
        """Sends what may be no OCPP at all."""
        assert self._socket is not None
        await self._socket.send(text)

    async def call(self, payload: Any) -> Any:
        """Sends a message and returns the answer. Raises ConnectionError where it is offline."""
        if (socket := self._socket) is None:
            raise ConnectionError("offline")
        answer = asyncio.ensure_future(self._station.call(payload, suppress=False))
        ended = asyncio.ensure_future(socket.wait_closed())
        try:
            await asyncio.wait([answer, ended], timeout=_ANSWER_S, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                raise ConnectionError("the connection was lost")
            return answer.result()
        except ConnectionClosed as gone:
            raise ConnectionError("the connection was lost") from gone
        finally:
            ended.cancel()
            answer.cancel()

    async def plug_in(self, plug: int = 1) -> None:
        """A car is plugged in."""
        await self.tell_status(plug, "plugged")

    async def swipe(self, tag: str, plug: int = 1) -> bool:
        """Somebody shows a card; where it is accepted, it charges."""
        if not await self.ask_leave(tag):
            return False
        await self.begin(plug, tag)
        return True

    async def begin(self, plug: int, tag: str, remote_id: int | None = None) -> Charge:
        """Begins to charge, and tells it as soon as it can; ends at once what is refused."""
        charge = Charge(plug, tag, self.stamp(), self.wh[plug], self._clock(), remote_id=remote_id)
        self.charges[plug] = charge
        self._note_begun(charge)
        if self.faults.drops_when_told and self._socket is not None:
            self._station.left.clear()
            self._keep(self.flush())
            await self._station.left.wait()
            await self.drop()
            return charge
        await self.flush()
        if charge.allowed is False and not self.faults.goes_on_refused:
            await self.finish(plug, "DeAuthorized")
        else:
            await self.tell_status(plug, "charging")
        return charge

    def flow(self, seconds: float, plug: int = 1) -> None:
        """Lets current flow, at the plug's power, through a meter that may be broken."""
        wh = round(self.power_kw * 1000 * seconds / 3600)
        if self.faults.meter_falls:
            wh, self.faults.meter_falls = -500, False
        if self.faults.meter_jumps:
            wh, self.faults.meter_jumps = 900_000, False
        self.wh[plug] += wh

    def flow_until_now(self, plug: int = 1) -> None:
        """Lets current flow for as long as it has since the last time."""
        charge, now = self.charges[plug], self._clock()
        self.flow((now - charge.flowed_at).total_seconds(), plug)
        charge.flowed_at = now

    async def measure(self, plug: int = 1) -> None:
        """Tells what the meter shows."""
        charge = self.charges.get(plug)
        if charge is not None:
            self._note_measured(charge)
            await self.flush()

    async def finish(self, plug: int = 1, reason: str = "Local") -> None:
        """Stops charging, and tells it as soon as it can."""
        charge = self.charges.pop(plug, None)
        if charge is not None:
            self._note_ended(charge, reason)
            await self.flush()
            await self.tell_status(plug)

    async def flush(self) -> None:
        """Tells what waits, in its order; what is not answered waits on."""
        async with self._flushing:
            while self._waiting and self.online:
                payload, take = self._waiting[0]
                try:
                    answer = await self.call(payload())
                except ConnectionError:
                    return
                self._waiting.popleft()
                if take is not None:
                    take(answer)

    def say_again(self, payload: Callable[[], Any]) -> None:
        """Puts a message in line once more, as a pile that missed the answer does."""
        self._waiting.append((payload, None))

    async def obey_start(self, plug: int, tag: str, remote_id: int | None) -> None:
        """A start was asked for from afar, and accepted."""
        await self.begin(plug, tag, remote_id)

    async def obey_stop(self, plug: int) -> None:
        """A stop was asked for from afar, and accepted."""
        if not self.faults.never_stops:
            await self.finish(plug, "Remote")

    async def hear(self, command: str) -> bool:
        """Notes a command; whether it will be obeyed."""
        self.asked.append(command)
        if self.faults.deaf:
            await asyncio.sleep(3600)
        return not self.faults.rejects

    def beside(self, work: Awaitable[Any]) -> None:
        """Does something after the answer to a command has left."""

        async def later() -> None:
            await asyncio.sleep(0)
            with suppress(ConnectionError):
                await work

        self._keep(later())

    def stamp(self) -> str:
        """The present, by the pile's own clock."""
        return self._time(self._clock() + self.faults.clock_off)

    @staticmethod
    def _time(moment: datetime) -> str:
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _keep(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, station: Any, socket: ClientConnection) -> None:
        with suppress(ConnectionClosed):
            await station.start()
        self.close_code = socket.close_code
        if self._socket is socket:
            self._socket = None

    # What differs from version to version.

    def _new_station(self, socket: ClientConnection) -> Any:
        raise NotImplementedError

    def _boot(self) -> Any:
        raise NotImplementedError

    async def tell_status(self, plug: int, how: str = "free") -> None:
        """How a plug is: free, plugged, charging or faulted; nothing is told offline."""
        raise NotImplementedError

    async def beat(self) -> None:
        """Says that it is alive."""
        raise NotImplementedError

    async def ask_leave(self, tag: str) -> bool:
        """Whether this card may charge."""
        raise NotImplementedError

    def _note_begun(self, charge: Charge) -> None:
        raise NotImplementedError

    def _note_measured(self, charge: Charge) -> None:
        raise NotImplementedError

    def _note_ended(self, charge: Charge, reason: str) -> None:
        raise NotImplementedError
