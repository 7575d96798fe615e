"""References that stand for our orders at the operator, and the way back from its sessions and bills."""

import hashlib
import re
from typing import Any

from finder.connectors.ocpi.sessions import references
from finder.connectors.ocpi.told import Kind, Told
from finder.connectors.ocpi.values import Object
from finder.connectors.sdk.sessions import OrderNo
from finder.stations.model import EvseId

_CISTRING = re.compile(r"[A-Za-z0-9._\-]{8,36}")


def reference_of(order: OrderNo) -> str:
    """At most 36 characters that mean the order, in any case of letters: itself where it fits, else a digest."""
    return order if _CISTRING.fullmatch(order) else hashlib.blake2b(order.encode(), digest_size=16).hexdigest()


class Orders:
    """Remembers which reference is which order. Every method raises StoreUnavailable."""

    def __init__(self, told: Told) -> None:
        self._told = told

    async def remember(self, order: OrderNo, evse_id: EvseId | None = None) -> str:
        """The reference to give to the operator, to be used at this EVSE alone where one is named."""
        reference, note = reference_of(order), {"order": order, "evse_id": evse_id}
        await self._told.change(Kind.ORDER, reference, lambda known: known or note)
        return reference

    async def find(self, raw: Object) -> OrderNo | None:
        """Our order behind a Session or CDR; None where the operator began it, or names no reference of ours."""
        known = await self._told.get_many(Kind.ORDER, references(raw))
        return next((known[each]["order"] for each in references(raw) if each in known), None)

    async def note_session(self, order: OrderNo, session_id: str, *, over: bool = False) -> None:
        """That the operator's session of an order is this one, and perhaps that it has ended, which stays so."""

        def how(known: dict[str, Any] | None) -> dict[str, Any] | None:
            told = {**(known or {"order": order}), "session_id": session_id}
            told |= {"over": True} if over else {}
            return known if told == known else told

        await self._told.change(Kind.ORDER, reference_of(order), how)

    async def session_id(self, order: OrderNo) -> str | None:
        """The operator's session of an order, where it told one."""
        known = await self._told.get(Kind.ORDER, reference_of(order))
        return None if known is None else known.get("session_id")

    async def begun(self, token: str) -> EvseId | None:
        """Where the order that a token stands for is to be charged, as long as its session has not ended."""
        known = await self._told.get(Kind.ORDER, token) if _CISTRING.fullmatch(token) else None
        return None if known is None or known.get("over") else known.get("evse_id")
