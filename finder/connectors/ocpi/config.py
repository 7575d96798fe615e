"""What one operator's platform is called, where it is, who we are to it, and its habits."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit

from finder.connectors.sdk.http import Caution
from finder.connectors.sdk.ports import Rhythm
from finder.stations.model import SourceId

VERSIONS = ("2.3.0", "2.2.1")  # the newest first


@dataclass(frozen=True, slots=True)
class Party:
    """A country code and a party id; OCPI compares both without case."""

    country: str
    party: str

    def is_named(self, country: str, party: str) -> bool:
        """Whether these two name it."""
        return (self.country.lower(), self.party.lower()) == (country.lower(), party.lower())


@dataclass(frozen=True, slots=True)
class OcpiConfig:
    """An operator as configured. `versions_url` is its /versions. Raises ValueError.

    Of the tokens, one of the first two is set, or `fixed_token`: `token_a` is what the operator gave us to begin
    with, `given_token` what we gave it; `fixed_token` stands for a platform that knows no handshake.
    """

    source: SourceId
    name: str
    versions_url: str
    us: Party
    our_name: str = "充电地图"
    our_roles: tuple[Literal["EMSP", "NSP", "NAP"], ...] = ("EMSP",)
    versions: tuple[str, ...] = VERSIONS  # that we speak with it, the one we like best first
    token_a: str | None = field(default=None, repr=False)
    given_token: str | None = field(default=None, repr=False)
    fixed_token: str | None = field(default=None, repr=False)
    fixed_push_token: str | None = field(default=None, repr=False)
    origins: tuple[str, ...] = ()  # besides that of versions_url: where else its endpoints may be
    endpoints: tuple[tuple[str, str], ...] = ()  # module to URL, for those that its version details leave out
    header_form: Literal["base64", "raw"] = "base64"
    paging: Literal["link", "offset"] = "link"  # 'offset' believes X-Total-Count and ignores Link
    status_by: Literal["changes", "locations", "push"] = "changes"
    datum: Literal["WGS84", "GCJ02"] = "WGS84"
    page_limit: int = 100
    max_pages: int = 2_000
    max_objects: int = 200_000
    rotation_grace: timedelta = timedelta(hours=1)  # how long an old token of ours still opens
    rotate_every: timedelta | None = None  # how old tokens may become; None: as long as nobody rotates them
    result_wait_s: float = 60.0  # the longest that a command's result is waited for, whatever `timeout` says
    overlap: timedelta = timedelta(minutes=5)  # two platforms' clocks differ; asking further back loses nothing
    sessions_every: timedelta = timedelta(seconds=5)  # how often its list of sessions is asked for, at most
    price_age: timedelta = timedelta(minutes=1)  # how long a tariff is believed before a quote
    rhythm: Rhythm = field(default_factory=Rhythm)
    caution: Caution = field(default_factory=Caution)
    practice: bool = False

    def __post_init__(self) -> None:
        if not self.source or "/" in self.source:
            raise ValueError("source must not be empty nor hold a slash")
        for party in (self.us,):
            if len(party.country) != 2 or not 1 <= len(party.party) <= 3 or not (party.country + party.party).isalnum():
                raise ValueError("a party is two letters of a country and up to three characters of its own")
        if not self.our_roles:
            raise ValueError("roles must not be empty")
        if not self.versions or set(self.versions) - set(VERSIONS):
            raise ValueError(f"versions must be some of {', '.join(VERSIONS)}")
        for url in (self.versions_url, *self.origins, *(url for _, url in self.endpoints)):
            if origin_of(url) is None:
                raise ValueError(f"{url!r} is no http or https address")
        if not (1 <= self.page_limit <= 1_000 and self.max_pages >= 1 and self.max_objects >= 1):
            raise ValueError("page_limit must be 1 to 1000, max_pages and max_objects at least 1")
        if self.rotate_every is not None and self.rotate_every < timedelta(days=1):
            raise ValueError("tokens are rotated once a day at most")
        if not 0 <= self.result_wait_s <= 600:
            raise ValueError("result_wait_s must be 0 to 600")

    @property
    def charges(self) -> bool:
        """Whether we bring drivers to it, or only publish where its chargers are."""
        return "EMSP" in self.our_roles

    def is_theirs(self, url: str) -> bool:
        """Whether an address that the operator gave lies where it may."""
        allowed = {origin_of(each) for each in (self.versions_url, *self.origins, *(u for _, u in self.endpoints))}
        return origin_of(url) in allowed


def origin_of(url: object) -> tuple[str, str, int] | None:
    """Scheme, host and port; None for what is no plain http(s) address. A user or a password makes it none."""
    if not isinstance(url, str) or len(url) > 2_000 or not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or "\\" in url:
        return None
    return parts.scheme, parts.hostname.lower(), port
