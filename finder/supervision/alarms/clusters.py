"""Bays that go offline together: how many of one operator in one county within a while. Pure."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from finder.stations.model import EvseId, SourceId
from finder.supervision.alarms.model import CLUSTER_BAYS, CLUSTER_WITHIN

Key = tuple[str, SourceId]  # county, operator


@dataclass(frozen=True, slots=True)
class Cluster:
    """Bays and when each went. `more`: they belong to a cluster that was told before."""

    key: Key
    bays: dict[EvseId, datetime]
    more: bool

    @property
    def first_at(self) -> datetime:
        """When the first of them went."""
        return min(self.bays.values())

    @property
    def last_at(self) -> datetime:
        """When the last of them went."""
        return max(self.bays.values())


class Clusters:
    """What went offline lately and is not told yet."""

    def __init__(self, least: int = CLUSTER_BAYS, within: timedelta = CLUSTER_WITHIN) -> None:
        self._least, self._within = least, within
        self._gone: defaultdict[Key, dict[EvseId, datetime]] = defaultdict(dict)
        self._told_at: dict[Key, datetime] = {}

    def gone(self, key: Key, evse_id: EvseId, at: datetime) -> None:
        """A bay went offline then."""
        self._gone[key][evse_id] = at

    def back(self, key: Key, evse_id: EvseId) -> None:
        """It is there again."""
        self._gone[key].pop(evse_id, None)

    def found(self, now: datetime) -> list[Cluster]:
        """The clusters that have come together since the last time, each bay once."""
        found = []
        for key, bays in list(self._gone.items()):
            lately = {evse_id: at for evse_id, at in bays.items() if now - at <= self._within}
            told_at = self._told_at.get(key)
            more = told_at is not None and now - told_at <= self._within
            if lately and (more or len(lately) >= self._least):
                found.append(Cluster(key, lately, more))
                self._told_at[key] = now
                lately = {}
            if lately:
                self._gone[key] = lately
            else:
                del self._gone[key]
        self._told_at = {key: at for key, at in self._told_at.items() if now - at <= self._within}
        return found

    def again(self, cluster: Cluster) -> None:
        """What was told before is closed: these bays count towards a new one."""
        self._told_at.pop(cluster.key, None)
        self._gone[cluster.key] |= cluster.bays
