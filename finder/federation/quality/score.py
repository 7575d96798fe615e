"""The published score of an operator's data.

Each share is a count over a count. Score = 100 × (5 × freshness + 3 × completeness + 2 × consistency) / 10, rounded;
a part that cannot be judged (no live status is offered, no station came yet) is left out with its weight.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from finder.federation.quality.model import Fact, Finding, Quality
from finder.live.model import Reading, Status
from finder.stations.model import ConnectorType, EvseId, ParkingFee, SourceId, Station

WEIGHTS = (5, 3, 2)  # freshness, completeness, consistency


def lacks(station: Station) -> set[Fact]:
    """The facts that nobody told of this station."""
    connectors = [c for evse in station.evses for c in evse.connectors]
    known = {
        Fact.ADDRESS: bool(station.address),
        Fact.HOURS: station.hours is not None,
        Fact.PRICE: any(tariff.periods for tariff in station.tariffs),
        Fact.PARKING: station.parking_fee is not ParkingFee.UNKNOWN,
        Fact.PHONE: bool(station.phone or station.operator.phone),
        Fact.POWER: all(c.power_kw is not None for c in connectors),
        Fact.CONNECTOR_TYPE: all(c.type is not ConnectorType.UNKNOWN for c in connectors),
    }
    return {fact for fact, told in known.items() if not told}


def score(
    source: SourceId,
    stations: Iterable[Station],
    read: Callable[[EvseId], Reading] | None,
    findings: Sequence[Finding],
    hidden: set[str],
) -> Quality:
    """An operator's quality now. `read` is None where the operator offers no live status; `hidden` holds the ids,
    without their source, of what is quarantined."""
    missing: Counter[str] = Counter()
    count = evses = believed = odd = 0
    for station in stations:
        count += 1
        missing.update(lacks(station))
        ids = [evse.id for evse in station.evses]
        evses += len(ids)
        if read is not None:
            believed += sum(1 for i in ids if read(i).status is not Status.UNKNOWN)
        odd += sum(1 for i in (station.id, *ids) if i.removeprefix(f"{source}/") in hidden)
    freshness = believed / evses if read is not None and evses else None
    completeness = 1 - sum(missing.values()) / (count * len(Fact)) if count else None
    consistency = 1 - odd / (count + evses) if count else None
    parts = [(w, s) for w, s in zip(WEIGHTS, (freshness, completeness, consistency), strict=True) if s is not None]
    total = round(100 * sum(w * s for w, s in parts) / sum(w for w, _ in parts)) if parts else None
    return Quality(source, total, freshness, completeness, consistency, dict(missing), findings)
