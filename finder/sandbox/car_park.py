"""A practice car park: takes word of who has charged, and its gate knows a plate again by the HMAC of what it reads."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from finder.kernel.clock import Clock, system_clock
from finder.money.parking import plate_hmac
from finder.sandbox.signed import Refuses


@dataclass(slots=True)
class PracticeCarPark:
    """Its book of entitlements, by our number."""

    name: str = "practice-car-park"
    clock: Clock = system_clock
    plate_key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    entitlements: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)

    def paths(self) -> Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]]:
        """See Trade."""
        return {"/entitlements": self._take}

    def shown(self) -> Any:
        """How many, without whose they are."""
        return {"entitlements": len(self.entitlements)}

    def free_minutes(self, plate: str = "", order: str = "") -> int:
        """What the gate takes off for a plate that its camera reads, or for an order that is shown to it."""
        hashed, now = plate_hmac(self.plate_key, plate), self.clock()
        for told in self.entitlements.values():
            known = (plate and plate == told["plate"]) or hashed == told["plateHmac"] or order == told["order"]
            if known and now <= datetime.fromisoformat(told["until"]):
                return int(told["minutesFree"])
        return 0

    def _take(self, told: dict[str, Any]) -> dict[str, Any]:
        number = told["number"]
        if datetime.fromisoformat(told["until"]) < self.clock():
            raise Refuses("OVER")
        if self.entitlements.setdefault(number, told) != told:
            raise Refuses("OTHER_CONTENT")
        return {"number": number, "reference": f"P{number[-12:]}"}
