"""What can be asked of a T/CEC 102 operator beyond its data: start, stop, watch, check, price, count."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from finder.connectors.sdk.control import (
    Commanded,
    Outcome,
    PlugState,
    Reason,
    SessionRef,
    StartRequest,
    StationEnergy,
)
from finder.connectors.sdk.desk import Claimed, Disputed
from finder.connectors.sdk.sessions import OrderNo, SessionSeen
from finder.connectors.tcec102.bills import Teller
from finder.connectors.tcec102.caller import Unsure
from finder.connectors.tcec102.checks import MAX_CLAIMS, day_list, map_disputed
from finder.connectors.tcec102.client import Tcec102Client
from finder.connectors.tcec102.config import Tcec102Config
from finder.connectors.tcec102.orders import serial_of
from finder.connectors.tcec102.prices import read_policy
from finder.connectors.tcec102.sessions import map_charge_status
from finder.connectors.tcec102.stats import map_energy
from finder.connectors.tcec102.values import code
from finder.connectors.tcec102.wire import RET_BUSINESS
from finder.errors import BadInput, OperatorRefused
from finder.kernel.clock import Clock
from finder.stations.model import EvseId, SourceId, StationId, Tariff

_START_REASONS = {1: Reason.NO_SUCH_EVSE, 2: Reason.OFFLINE}
_STOP_REASONS = {1: Reason.NO_SUCH_EVSE, 2: Reason.OFFLINE, 3: Reason.ALREADY_STOPPED}
_PLUG_REASONS = {1: Reason.NOT_PLUGGED, 2: Reason.FAULTED}
_RUNNING = (1, 2, 3)  # StartChargeSeqStat of what has begun and not ended
_UNKNOWN = 5


class Tcec102Control:
    """Is a RemoteControl, SessionSource, PlugCheck, PriceSource, EnergySource and BillCheck.

    It is no BillSource: the protocol has bills pushed, and a lost one comes to light in the day's list. A session's
    number, native_id, is its StartChargeSeq: derived from our order's, so a repeat sends the same one.
    """

    config: Tcec102Config
    source: SourceId
    _client: Tcec102Client
    _clock: Clock

    async def start(self, request: StartRequest) -> Commanded:
        """query_start_charge. ACCEPTED is not yet charging, whatever the answer's state says."""
        serial, connector_id = serial_of(request.order, self.config.our_id), self._connector(request.evse_id)
        try:
            answer = await self._client.start(serial, connector_id, request.qr or "")
        except Unsure as unsure:
            return Commanded(Outcome.UNKNOWN, serial, said=str(unsure)[:200])
        state = code(answer, "StartChargeSeqStat")
        return _commanded(answer, serial, _START_REASONS, contradicted=state in _RUNNING, lost=state == _UNKNOWN)

    async def stop(self, session: SessionRef) -> Commanded:
        """query_stop_charge. ACCEPTED is not yet ended."""
        serial = session.native_id or serial_of(session.order, self.config.our_id)
        try:
            answer = await self._client.stop(serial, self._connector(session.evse_id))
        except Unsure as unsure:
            return Commanded(Outcome.UNKNOWN, serial, said=str(unsure)[:200])
        return _commanded(answer, serial, _STOP_REASONS)

    async def session(self, session: SessionRef) -> SessionSeen | None:
        """query_equip_charge_status; None where the operator says that it has no such order."""
        serial = session.native_id or serial_of(session.order, self.config.our_id)
        asked_at = self._clock().replace(microsecond=0)
        try:
            answer = await self._client.charge_status(serial)
        except OperatorRefused as refused:
            if refused.code == f"RET_{RET_BUSINESS}":
                return None
            raise
        if not answer.get("StartChargeSeq"):
            return None
        try:
            seen = map_charge_status(answer, Teller(self.source, self.config.our_id, self.config.profile), asked_at)
        except BadInput as bad:
            raise self._client.lied(bad.code, bad.zh, bad.en) from bad
        if seen.native_id != serial:
            raise self._client.lied("SESSION_OTHER", "应答的是另一订单", "it answers with another session")
        return seen

    async def plug(self, order: OrderNo, evse_id: EvseId, connector_id: str | None = None) -> PlugState:
        """query_equip_auth."""
        answer = await self._client.auth(self._connector(evse_id))
        if self._client.number(answer, "SuccStat", 1) == 0:
            return PlugState(ready=True)
        return PlugState(ready=False, reason=_PLUG_REASONS.get(code(answer, "FailReason") or 0, Reason.OTHER))

    async def price(self, evse_id: EvseId, connector_id: str | None = None) -> Tariff | None:
        """query_equip_business_policy, where the operator's profile has it."""
        if not self.config.profile.policies:
            return None
        answer = await self._client.policy(self._connector(evse_id))
        try:
            return read_policy("1", answer, None)
        except BadInput as bad:
            raise self._client.lied(bad.code, bad.zh, bad.en) from bad

    async def energy(self, station_id: StationId, first: date, last: date) -> StationEnergy:
        """query_station_stats; many operators answer for seven days at most."""
        answer = await self._client.stats(station_id.removeprefix(f"{self.source}/"), first, last)
        try:
            return map_energy(answer, self.source, station_id, first, last)
        except BadInput as bad:
            raise self._client.lied(bad.code, bad.zh, bad.en) from bad

    async def check_bills(self, since: datetime, until: datetime, claims: Sequence[Claimed]) -> list[Disputed]:
        """check_charge_orders, of at most MAX_CLAIMS at once."""
        found: list[Disputed] = []
        for start in range(0, len(claims), MAX_CLAIMS):
            part = claims[start : start + MAX_CLAIMS]
            body = day_list(self._client.serial(), since, until, part, self.config.profile)
            try:
                found += map_disputed(await self._client.check_orders(body), part)
            except BadInput as bad:
                raise self._client.lied(bad.code, bad.zh, bad.en) from bad
        return found

    def _connector(self, evse_id: EvseId) -> str:
        """A connector of T/CEC 102 is one of our EVSEs."""
        if not evse_id.startswith(f"{self.source}/"):
            raise BadInput(
                f"{evse_id!r} 不属于{self.config.name}",
                f"{evse_id!r} is not of {self.config.name}",
                code="EVSE_NOT_OWNED",
            )
        return evse_id.removeprefix(f"{self.source}/")


def _commanded(
    answer: dict[str, Any],
    serial: str,
    reasons: dict[int, Reason],
    *,
    contradicted: bool = False,
    lost: bool = False,
) -> Commanded:
    """`contradicted`: refused, yet under way: nobody can say. `lost`: taken, and its state not known."""
    done, reason = code(answer, "SuccStat"), code(answer, "FailReason")
    said = f"SuccStat {done} FailReason {reason} StartChargeSeqStat {code(answer, 'StartChargeSeqStat')}"
    other = answer.get("StartChargeSeq") not in (None, "", serial)
    if other or done not in (0, 1) or (done == 1 and contradicted) or (done == 0 and lost):
        return Commanded(Outcome.UNKNOWN, serial, said=said)
    if done == 0:
        return Commanded(Outcome.ACCEPTED, serial, said=said)
    return Commanded(Outcome.REJECTED, serial, reasons.get(reason or 0, Reason.OTHER), said)
