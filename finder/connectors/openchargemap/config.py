"""Which part of Open Charge Map's list is taken, from where, and under which key."""

from dataclasses import dataclass, field

from pydantic import SecretStr

from finder.connectors.sdk.http import Caution
from finder.connectors.sdk.ports import Rhythm
from finder.kernel.geo import Point
from finder.stations.model import SourceId

MAX_RESULTS = 250  # the API's own limit; it has no pages


@dataclass(frozen=True, slots=True)
class OpenChargeMapConfig:
    """The circle that is asked for; `base_url` ends before `/v3/poi`. Raises ValueError."""

    source: SourceId
    name: str
    base_url: str
    centre: Point  # WGS-84
    radius_km: float
    key: SecretStr | None = None
    rhythm: Rhythm = field(default_factory=Rhythm)
    caution: Caution = field(default_factory=Caution)
    practice: bool = False
    max_results: int = MAX_RESULTS

    def __post_init__(self) -> None:
        if not self.source or "/" in self.source:
            raise ValueError("source must not be empty nor hold a slash")
        if not 0 < self.radius_km <= 1_000:
            raise ValueError("radius_km must be above 0 and at most 1000")
        if not 1 <= self.max_results <= MAX_RESULTS:
            raise ValueError(f"max_results must be 1 to {MAX_RESULTS}")
