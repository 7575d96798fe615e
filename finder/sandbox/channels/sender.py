"""Sends a practice channel's callbacks to the addresses that it was told, with the faults of the moment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

from finder.connectors.sdk.http import Caution, operator_client
from finder.sandbox.channels.faults import ChannelFaults

_CAUTION = Caution(connect_s=2.0, read_s=5.0, total_s=5.0)  # channels wait for five seconds
_WAITING = 1_000


@dataclass(frozen=True, slots=True)
class Letter:
    """One callback. It is sealed anew each time it is sent: headers and body of a right or a wrong one."""

    url: str
    seal: Callable[[str], tuple[Mapping[str, str], bytes]]  # 'right', 'wrong' or 'probe'


class Sender:
    """A queue of callbacks. What is not taken is sent again at the next flush, at most `tries` times."""

    def __init__(self, taken: Callable[[httpx.Response], bool], tries: int = 3) -> None:
        self.sent: list[tuple[Mapping[str, str], bytes, int]] = []  # headers, body and the status that came back
        self._taken, self._tries = taken, tries
        self._queue: list[tuple[Letter, int]] = []
        self._http = operator_client("", _CAUTION)

    def put(self, letter: Letter) -> None:
        """Queues one; where nobody fetches them, the oldest are dropped."""
        self._queue = [*self._queue[-_WAITING:], (letter, 0)]

    def forget(self) -> None:
        """Nothing waits and nothing was sent."""
        self._queue, self.sent = [], []

    async def flush(self, faults: ChannelFaults) -> int:
        """Sends what waits; how many were taken."""
        queue, self._queue = self._queue, []
        if faults.missing_notices:
            return 0
        if faults.out_of_order_notices:
            queue.reverse()
        taken = 0
        for letter, tries in queue:
            if faults.probe_notices:
                await self._send(letter, "probe")
            how = "wrong" if faults.bad_notices else "right"
            right = await self._send(letter, how)
            if right and faults.duplicate_notices:
                right = await self._send(letter, how)
            taken += right
            if not right and tries + 1 < self._tries:
                self._queue.append((letter, tries + 1))
        return taken

    async def close(self) -> None:
        """Lets go of connections."""
        await self._http.aclose()

    async def _send(self, letter: Letter, how: str) -> bool:
        headers, body = letter.seal(how)
        try:
            answer = await self._http.post(letter.url, content=body, headers=dict(headers))
        except (httpx.HTTPError, httpx.InvalidURL):
            self.sent = [*self.sent[-_WAITING:], (headers, body, 0)]
            return False
        self.sent = [*self.sent[-_WAITING:], (headers, body, answer.status_code)]
        return self._taken(answer)
