"""What an operator posts of sessions and bills: told to the desk, answered with what the desk says."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog

from finder.connectors.sdk.desk import Desk, Heard
from finder.connectors.sdk.sessions import SessionSeen
from finder.connectors.tcec102.bills import Teller, map_bill
from finder.connectors.tcec102.checks import dispute_answer, map_claims
from finder.connectors.tcec102.config import Tcec102Config
from finder.connectors.tcec102.receive_cars import Cars
from finder.connectors.tcec102.server import Call, Interface, Reply
from finder.connectors.tcec102.sessions import map_charge_status, map_start_result, map_stop_result
from finder.connectors.tcec102.values import identifier, refused, serial
from finder.errors import BadInput

Read = Callable[[dict[str, Any], Teller, datetime], SessionSeen]
_DONE, _FAILED, _NO_REASON, _UNKNOWN_ORDER = 0, 1, 0, 1
_AGREED, _DISPUTED = 0, 1

log = structlog.get_logger(__name__)


class SessionNews:
    """Five interfaces, and the one that asks for cars.

    A message that comes again, to the byte or under another Seq, is told to the desk again: it knows what it has, and
    so the answer is the same and nothing counts twice.
    """

    def __init__(self, config: Tcec102Config, desk: Desk) -> None:
        self._teller = Teller(config.source, config.our_id, config.profile)
        self._desk, self._cars = desk, Cars(config, desk)

    def interfaces(self) -> dict[str, Interface]:
        """By name."""
        return {
            "notification_start_charge_result": Interface(self._session(map_start_result, with_reason=True)),
            "notification_equip_charge_status": Interface(self._session(map_charge_status, with_reason=False)),
            "notification_stop_charge_result": Interface(self._session(map_stop_result, with_reason=True)),
            "notification_charge_order_info": Interface(self._bill),
            "check_charge_orders": Interface(self._claims),
            **self._cars.interfaces(),
        }

    def _session(self, read: Read, *, with_reason: bool) -> Any:
        async def handle(call: Call) -> Reply:
            seen = read(call.body, self._teller, call.sent_at)
            await self._cars.seen(call.body, seen)  # first, or a session of the operator's own number is nobody's
            # What is old or repeated was received as well: to refuse it would only bring it back.
            known = await self._desk.session(seen) is not Heard.UNKNOWN_SESSION
            answer: dict[str, Any] = {"StartChargeSeq": seen.native_id, "SuccStat": _DONE if known else _FAILED}
            if with_reason:
                answer["FailReason"] = _NO_REASON if known else _UNKNOWN_ORDER
            return Reply(answer)

        return handle

    async def _bill(self, call: Call) -> Reply:
        answer = {
            "StartChargeSeq": serial(call.body, "StartChargeSeq"),
            "ConnectorID": identifier(call.body, "ConnectorID"),
        }
        try:
            bill = map_bill(call.body, self._teller)
        except BadInput as error:
            # 'In dispute' is the protocol's word for it; an error would only bring the same bill again.
            number = answer["StartChargeSeq"]
            log.warning("bill_unreadable", source=self._teller.source, session=number, code=error.code)
            return Reply(answer | {"ConfirmResult": _DISPUTED}, refused=(refused(number, error),))
        heard = await self._desk.bill(bill)
        agreed = heard in (Heard.ACCEPTED, Heard.REPEATED, Heard.OLD)
        return Reply(answer | {"ConfirmResult": _AGREED if agreed else _DISPUTED})

    async def _claims(self, call: Call) -> Reply:
        told = map_claims(call.body, self._teller)
        compared = await self._desk.differences(self._teller.source, told.since, told.until, told.claims)
        disputed = [*told.unreadable, *compared]
        return Reply(dispute_answer(told, disputed, self._teller.profile), refused=tuple(told.refused))
