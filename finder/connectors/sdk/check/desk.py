"""A desk that takes everything and remembers what it was told."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from finder.connectors.sdk.check.evidence import DeskEntry
from finder.connectors.sdk.desk import Authorization, AuthorizationAsk, Claimed, Disputed, Heard, NoDesk
from finder.connectors.sdk.sessions import Bill, SessionSeen
from finder.kernel.clock import Clock
from finder.stations.model import SourceId


class RecordingDesk:
    """Is a Desk: it accepts the first of each message, and calls its copy repeated."""

    def __init__(self, clock: Clock) -> None:
        self.entries: list[DeskEntry] = []
        self._clock, self._seen = clock, set[bytes]()

    async def session(self, seen: SessionSeen) -> Heard:
        """See Desk."""
        return self._take(DeskEntry(kind="session", at=self._clock(), raw=msgspec.to_builtins(seen)))

    async def bill(self, bill: Bill) -> Heard:
        """See Desk."""
        return self._take(DeskEntry(kind="bill", at=self._clock(), raw=msgspec.to_builtins(bill)))

    async def differences(
        self, source: SourceId, since: datetime, until: datetime, claims: Sequence[Claimed]
    ) -> list[Disputed]:
        """See Desk."""
        return await NoDesk().differences(source, since, until, claims)

    async def authorize(self, ask: AuthorizationAsk) -> Authorization:
        """See Desk; nobody is known here."""
        return await NoDesk().authorize(ask)

    def _take(self, entry: DeskEntry) -> Heard:
        mark = msgspec.json.encode((entry.kind, entry.raw))
        heard = Heard.REPEATED if mark in self._seen else Heard.ACCEPTED
        self._seen.add(mark)
        self.entries.append(msgspec.structs.replace(entry, heard=heard.value))
        return heard
