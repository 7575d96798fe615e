"""Open Charge Map as a kind of connector: how a circle of its list is asked for."""

import msgspec
from pydantic import SecretStr

from finder.connectors.openchargemap.config import OpenChargeMapConfig
from finder.connectors.openchargemap.connector import OpenChargeMapConnector
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.quality import Claim, Grade
from finder.kernel.geo import Point


class OpenChargeMapEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A circle of Open Charge Map's list, WGS-84; its key is the secret <secrets>_API_KEY."""

    source: str
    name: str
    base_url: str
    secrets: str
    lat: float
    lon: float
    radius_km: float


class OpenChargeMapKind:
    """Builds connectors to Open Charge Map's API."""

    name = "openchargemap"
    quality = Claim(Grade.BRONZE)
    config = OpenChargeMapEntry

    def build(self, config: OpenChargeMapEntry, bench: Workbench) -> OpenChargeMapConnector:
        """The connector. Raises SettingsError, BadInput or ValueError."""
        told = OpenChargeMapConfig(
            source=config.source,
            name=config.name,
            base_url=config.base_url,
            centre=Point(config.lat, config.lon),
            radius_km=config.radius_km,
            key=SecretStr(bench.secret(f"{config.secrets}_API_KEY")),
        )
        return OpenChargeMapConnector(told, bench)
