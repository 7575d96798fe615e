"""An operator's findings, the newest of each subject, bounded."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace

from finder.federation.quality.model import Finding, Flaw
from finder.kernel.clock import Clock

KEPT = 1_000


class Findings:
    """What was found lately; the oldest that is no longer quarantined gives way first."""

    def __init__(self, clock: Clock, kept: int = KEPT) -> None:
        self._clock = clock
        self._kept = kept
        self._found: OrderedDict[tuple[Flaw, str], Finding] = OrderedDict()

    def found(self, flaw: Flaw, subject: str, zh: str, en: str, *, quarantined: bool = True) -> None:
        """Notes a flaw; the same again counts one more time."""
        now, key = self._clock(), (flaw, subject)
        before = self._found.pop(key, None)
        fresh = Finding(flaw, subject, zh, en, now, now, 1, quarantined)
        self._found[key] = fresh if before is None else replace(fresh, since=before.since, times=before.times + 1)
        if len(self._found) > self._kept:
            done = next((k for k, f in self._found.items() if not f.quarantined), next(iter(self._found)))
            del self._found[done]

    def released(self, flaw: Flaw, subject: str) -> None:
        """Notes that it is over; it stays listed."""
        key = (flaw, subject)
        if key in self._found:
            self._found[key] = replace(self._found[key], quarantined=False)

    def all(self) -> list[Finding]:
        """The newest first."""
        return list(reversed(self._found.values()))

    def quarantined(self, flaws: Iterable[Flaw] = tuple(Flaw)) -> set[str]:
        """The subjects that drivers now see as unknown, because of these flaws."""
        wanted = set(flaws)
        return {f.subject for f in self._found.values() if f.quarantined and f.flaw in wanted}
