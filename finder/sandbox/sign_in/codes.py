"""Codes that a practice provider hands to browsers: good once, for one application, for five minutes."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from finder.kernel.clock import Clock

GOOD_FOR = timedelta(minutes=5)


class Bad(StrEnum):
    """Why a code opens nothing."""

    UNKNOWN = "unknown"
    USED = "used"
    OLD = "old"


@dataclass(slots=True)
class _Code:
    person: str
    until: datetime
    used: bool = False


@dataclass(slots=True)
class Codes:
    """Those of one application."""

    clock: Clock
    _given: dict[str, _Code] = field(default_factory=dict, repr=False)

    def give(self, person: str) -> str:
        """A new one for who agreed."""
        code = secrets.token_hex(16)
        self._given[code] = _Code(person, self.clock() + GOOD_FOR)
        return code

    def take(self, code: str) -> str | Bad:
        """Who agreed, for the first who asks in time."""
        given = self._given.get(code)
        if given is None:
            return Bad.UNKNOWN
        if given.used:
            return Bad.USED
        given.used = True
        return given.person if self.clock() <= given.until else Bad.OLD
