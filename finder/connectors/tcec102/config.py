"""What one operator's platform is called, where it is, and the secrets of both directions."""

from dataclasses import dataclass, field

from finder.connectors.sdk.http import Caution
from finder.connectors.sdk.ports import Rhythm
from finder.connectors.tcec102.profile import Profile
from finder.connectors.tcec102.wire import Credentials
from finder.stations.model import SourceId

ID_LENGTH = 9


@dataclass(frozen=True, slots=True)
class Tcec102Config:
    """An operator as configured. Raises ValueError.

    `base_url` ends before `/evcs/…`. `calling` are the secrets under which we call, `calling_before` those that they
    replace, while the operator may not yet have the new ones; `called` are those under which the operator calls us,
    the newest first, two while keys rotate, none where it never pushes.
    """

    source: SourceId
    name: str
    base_url: str
    our_id: str  # our OperatorID, nine characters
    peer_id: str  # theirs
    calling: Credentials = field(repr=False)
    calling_before: Credentials | None = field(default=None, repr=False)
    called: tuple[Credentials, ...] = field(default=(), repr=False)
    profile: Profile = field(default_factory=Profile)
    rhythm: Rhythm = field(default_factory=Rhythm)
    caution: Caution = field(default_factory=Caution)
    practice: bool = False
    policies_per_crawl: int = 1_000  # how many prices are asked for by query_equip_business_policy in one crawl

    @property
    def calling_keys(self) -> tuple[Credentials, ...]:
        """The secrets under which we may call, the newest first."""
        return (self.calling,) if self.calling_before is None else (self.calling, self.calling_before)

    def __post_init__(self) -> None:
        for value in (self.our_id, self.peer_id):
            if len(value) != ID_LENGTH or not value.isalnum() or not value.isascii():
                raise ValueError(f"an OperatorID has {ID_LENGTH} letters and digits, not {value!r}")
        if not self.source or "/" in self.source:
            raise ValueError("source must not be empty nor hold a slash")
