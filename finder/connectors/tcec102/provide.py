"""The file that says to whom the finder is a T/CEC 102 operator, and what is made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import msgspec

from finder.connectors.sdk.feed import FeedBook
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.tcec102.config import Tcec102Config
from finder.connectors.tcec102.kind import read_credentials
from finder.connectors.tcec102.profile import Profile, profile_from_toml
from finder.connectors.tcec102.provider import Holdings, Provider
from finder.connectors.tcec102.publisher import Publisher
from finder.connectors.tcec102.server import Peer
from finder.connectors.tcec102.wire import Credentials
from finder.errors import SettingsError
from finder.stations.model import SourceId

MAX_PER_PUSH = 1_000


class PeerEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One platform that may ask. Its secrets are <secrets>_OPERATOR_SECRET, …_DATA_SECRET, …_DATA_SECRET_IV and
    …_SIG_SECRET; those under which we push to it begin <secrets>_PUSH_."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{1,40}$")]  # a part of the path at which it asks
    our_id: str  # the OperatorID under which it knows us
    peer_id: str
    secrets: str
    sources: tuple[SourceId, ...]  # the feeds that are passed on; only what one has the right to
    profile: str | None = None  # a file beside this one
    rotating: bool = False  # while keys change: the former ones are <secrets>_OLD_…
    push_to: str = ""  # the base URL at which it takes notification_stationStatus; empty: it asks
    per_push: Annotated[int, msgspec.Meta(ge=1, le=MAX_PER_PUSH)] = 1


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    peer: tuple[PeerEntry, ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """One peer, ready to be served once there are holdings."""

    entry: PeerEntry
    peer: Peer
    subscriber: Tcec102Config | None

    def provider(self, holdings: Holdings, bench: Workbench) -> Provider:
        """What answers it."""
        return Provider(self.peer, replace(holdings, sources=self.entry.sources), bench.replays)

    def publisher(self, holdings: Holdings, bench: Workbench, book: FeedBook) -> Publisher | None:
        """What tells it of changes, where it takes them."""
        if self.subscriber is None:
            return None
        own = replace(holdings, sources=self.entry.sources)
        return Publisher(self.subscriber, own, bench.clock, per_push=self.entry.per_push, book=book)


def load_peers(path: Path, bench: Workbench) -> Sequence[Offered]:
    """The peers of a file, with their secrets. Raises SettingsError."""
    try:
        entries = msgspec.toml.decode(path.read_bytes(), type=_File).peer
        if len({entry.name for entry in entries}) != len(entries):
            raise ValueError("two peers have one name")
        return [_offered(entry, replace(bench, folder=path.parent)) for entry in entries]
    except (OSError, ValueError) as bad:  # msgspec's errors are ValueErrors; none of them carries a secret
        raise SettingsError(
            f"对外服务文件 {path} 无法使用：{bad}", f"the peers' file {path} cannot be used: {bad}"
        ) from None


def _offered(entry: PeerEntry, bench: Workbench) -> Offered:
    if not entry.sources:
        raise ValueError(f"peer {entry.name}: sources is empty, so nothing would be passed on")
    profile = profile_from_toml(bench.folder / entry.profile) if entry.profile else Profile()
    ages: Mapping[str, bool] = {"": True, "_OLD": entry.rotating}
    keys = tuple(read_credentials(f"{entry.secrets}{age}", bench) for age, there in ages.items() if there)
    pushing = read_credentials(f"{entry.secrets}_PUSH", bench) if entry.push_to else None
    # Checked as an operator's would be: the same ids, the same form.
    config = _config(entry, profile, keys, pushing or keys[0])
    return Offered(entry, Peer(entry.peer_id, keys, profile), config if pushing else None)


def _config(entry: PeerEntry, profile: Profile, called: tuple[Credentials, ...], calling: Credentials) -> Tcec102Config:
    return Tcec102Config(
        source=entry.name,
        name=entry.name,
        base_url=entry.push_to,
        our_id=entry.our_id,
        peer_id=entry.peer_id,
        calling=calling,
        called=called,
        profile=profile,
    )
