"""T/CEC 102 as a kind of connector: how an operator of it is listed."""

import msgspec

from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.quality import Claim, Grade
from finder.connectors.tcec102.config import Tcec102Config
from finder.connectors.tcec102.connector import Tcec102Connector, Tcec102DataConnector
from finder.connectors.tcec102.profile import Profile, profile_from_toml
from finder.connectors.tcec102.wire import Credentials


class Tcec102Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An operator that speaks T/CEC 102; `secrets` begins the names of its secrets."""

    source: str
    name: str
    base_url: str
    our_id: str
    peer_id: str
    secrets: str
    profile: str | None = None  # a file beside this one
    pushes: bool = False
    rotating: bool = False  # while keys change: the former ones are <secrets>_OLD_… and <secrets>_PUSH_OLD_…


class Tcec102Kind:
    """Builds connectors to operators that speak T/CEC 102."""

    name = "tcec102"
    quality = Claim(Grade.SILVER)
    config = Tcec102Entry

    def build(self, config: Tcec102Entry, bench: Workbench) -> Tcec102DataConnector:
        """The connector; pushes are read under the secrets <secrets>_PUSH_…. Raises SettingsError or ValueError."""
        profile = profile_from_toml(bench.folder / config.profile) if config.profile else Profile()
        ages = ("", "_OLD") if config.rotating else ("",)
        calling, *before = (read_credentials(f"{config.secrets}{age}", bench) for age in ages)
        called = [read_credentials(f"{config.secrets}_PUSH{age}", bench) for age in ages if config.pushes]
        told = Tcec102Config(
            source=config.source,
            name=config.name,
            base_url=config.base_url,
            our_id=config.our_id,
            peer_id=config.peer_id,
            calling=calling,
            calling_before=before[0] if before else None,
            called=tuple(called),
            profile=profile,
        )
        return Tcec102Connector(told, bench) if profile.charging else Tcec102DataConnector(told, bench)


def read_credentials(prefix: str, bench: Workbench) -> Credentials:
    """The secrets of one direction. Raises SettingsError or ValueError."""
    names = ("OPERATOR_SECRET", "DATA_SECRET", "DATA_SECRET_IV", "SIG_SECRET")
    return Credentials(*(bench.secret(f"{prefix}_{name}") for name in names))
