"""How a group of piles is called, and how far one of them may go before it is cut."""

from dataclasses import dataclass, field
from datetime import timedelta

from finder.connectors.sdk.ports import Rhythm
from finder.stations.model import SourceId


@dataclass(frozen=True, slots=True)
class OcppLimits:
    """Times in seconds. What passes a limit ends one pile's connection; the others do not notice.

    A message's size is the web server's limit (128 kB); what is read here is at most `max_text` characters.
    """

    heartbeat_s: float = 60  # in whole seconds; told to the pile; silent for three of them, it is offline
    meter_s: int = 60  # how often it is asked to read its meter while it charges
    max_text: int = 128 * 1024
    burst: int = 60  # messages at once
    per_second: float = 10.0  # messages in the long run
    unanswered: int = 16  # calls that wait for our answer at once
    bad_frames: int = 5  # in a row that cannot be read
    handle_s: float = 10.0  # to answer one call
    send_s: float = 10.0  # a pile that does not read what we send
    authorize_s: float = 2.0
    command_s: float = 15.0  # for the pile's answer to a command
    settle_s: float = 5.0  # after connecting, before it is asked what it did not tell
    connections: int = 1_500  # of one process; below what the web server takes
    begin_s: float = 300.0  # after an accepted start, for the car to be plugged in
    offline_s: float = 30.0  # without a connection, before its plugs are shown as offline
    patience_s: float = 5.0  # for a pile to stop by itself what it was refused
    lost_s: float = 3_600.0  # a free plug, before the charge that was there counts as ended without a word
    refusals: int = 30  # unknown tokens at one pile within refusals_s; then the desk is not asked any more
    refusals_s: float = 600.0
    tend_s: float = 10.0  # between looks at what changed in the register and the book

    @property
    def idle_s(self) -> float:
        """How long a pile may be silent."""
        return 3.0 * self.heartbeat_s


@dataclass(frozen=True, slots=True)
class OcppConfig:
    """A group of piles under one source. Raises ValueError."""

    source: SourceId
    name: str
    rhythm: Rhythm = field(
        default_factory=lambda: Rhythm(
            catalogue=timedelta(hours=1),  # the register is ours: reading it costs nobody anything
            changes=timedelta(seconds=10),
            status=timedelta(seconds=30),
            freshness=timedelta(minutes=5),
        )
    )
    limits: OcppLimits = field(default_factory=OcppLimits)
    plain: bool = False  # security profile 1 also from other machines, as inside a VPN; else only TLS (profile 2)
    practice: bool = False

    def __post_init__(self) -> None:
        if not self.source or "/" in self.source:
            raise ValueError("source must not be empty nor hold a slash")
