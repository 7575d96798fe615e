"""Passes operators' bills on to a platform that supervises, each once, in the order in which they came."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from finder.connectors.sdk.feed import BILL, FeedBook, Told
from finder.connectors.sdk.sessions import Bill
from finder.connectors.tcec102.bills_out import bill_info
from finder.connectors.tcec102.config import Tcec102Config
from finder.connectors.tcec102.provider import Holdings
from finder.connectors.tcec102.records_out import guns_of
from finder.errors import OperatorError

LOOK_S = 30.0
AGAIN_S, AGAIN_MAX_S = 5.0, 300.0
AT_ONCE = 50
Guns = Mapping[str, Mapping[str, str]]  # gun ids by EVSE and connector
Call = Callable[[str, dict[str, Any]], Awaitable[tuple[str | None, dict[str, Any]]]]


class BillFeed:
    """What waits is in the book, so nothing is lost with a process; a bill that is refused for itself is not asked for
    again, and those behind it go on."""

    def __init__(self, peer: str, call: Call, holdings: Holdings, book: FeedBook, config: Tcec102Config) -> None:
        self._peer, self._call, self._holdings, self._book, self._config = peer, call, holdings, book, config

    async def run(self) -> None:
        """Until it is cancelled."""
        failures = 0
        while True:
            failures = 0 if await self.flush() else failures + 1
            await asyncio.sleep(min(AGAIN_S * failures, AGAIN_MAX_S) if failures else LOOK_S)

    async def flush(self) -> bool:
        """Tells all that waits; False where something is left for later."""
        code: str | None = None
        while code is None:
            waiting = await self._book.bills(self._peer, self._holdings.sources, AT_ONCE)
            guns = self._guns() if waiting else {}
            for key, bill in waiting:
                try:
                    told = await self._tell(key, bill, guns)
                except OperatorError as error:
                    code = error.code
                    owed = await self._book.bills_owed(self._peer, self._holdings.sources)
                    await self._book.owes(self._peer, BILL, owed, code)
                    break
                await self._book.note(self._peer, BILL, [told])
            if not waiting:
                await self._book.owes(self._peer, BILL, 0, None)
                return True
        return False

    async def _tell(self, key: str, bill: Bill, guns: Guns) -> Told:
        """Its gun as in the status of that EVSE; of one that is gone, the EVSE's own id."""
        known = guns.get(bill.evse_id or "", {})
        gun = known.get(bill.connector_id or "") or next(iter(known.values()), bill.evse_id or "")
        info = bill_info(key, bill, self._config.our_id, gun, self._config.profile)
        code, answer = await self._call("notification_charge_order_info", info)
        if code is None and (confirmed := str(answer.get("ConfirmResult", 0))) != "0":
            code = f"CONFIRM_{confirmed[:8]}"
        return Told(key, info["StartChargeSeq"], code)

    def _guns(self) -> Guns:
        evses = (evse for station in self._holdings.stations() for evse in station.evses)
        return {evse.id: {plug.id: gun for gun, plug in guns_of(evse)} for evse in evses}
