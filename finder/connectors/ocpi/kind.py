"""OCPI as a kind of connector: how a platform that speaks it is listed."""

from datetime import timedelta
from typing import Literal

import msgspec

from finder.connectors.ocpi.config import VERSIONS, OcpiConfig, Party
from finder.connectors.ocpi.connector import OcpiConnector, connect
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.quality import Claim, Grade


class OcpiEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A platform that speaks OCPI. `base_url` is its /versions; `secrets` begins the names of its secrets.

    `begins` says who registers: 'us', with the secret <secrets>_TOKEN_A that it gave; 'them', with
    <secrets>_GIVEN_TOKEN that we gave; 'nobody' where <secrets>_FIXED_TOKEN was agreed by hand, and
    <secrets>_FIXED_PUSH_TOKEN too where it pushes.
    """

    source: str
    name: str
    base_url: str
    secrets: str
    country_code: str
    party_id: str
    our_name: str = "充电地图"
    roles: tuple[Literal["EMSP", "NSP", "NAP"], ...] = ("EMSP",)
    begins: Literal["us", "them", "nobody"] = "us"
    pushes: bool = True
    versions: tuple[str, ...] = VERSIONS
    origins: tuple[str, ...] = ()
    endpoints: dict[str, str] = {}
    header_form: Literal["base64", "raw"] = "base64"
    paging: Literal["link", "offset"] = "link"
    status_by: Literal["changes", "locations", "push"] = "changes"
    datum: Literal["WGS84", "GCJ02"] = "WGS84"
    rotate_every_days: int | None = None


class OcpiKind:
    """Builds connectors to platforms that speak OCPI."""

    name = "ocpi"
    quality = Claim(Grade.SILVER)
    config = OcpiEntry
    quality = Claim(Grade.SILVER)

    def build(self, config: OcpiEntry, bench: Workbench) -> OcpiConnector:
        """The connector. Raises SettingsError or ValueError."""

        def secret(name: str, *, wanted: bool) -> str | None:
            return bench.secret(f"{config.secrets}_{name}") if wanted else None

        by_hand = config.begins == "nobody"
        told = OcpiConfig(
            source=config.source,
            name=config.name,
            versions_url=config.base_url,
            us=Party(config.country_code, config.party_id),
            our_name=config.our_name,
            our_roles=config.roles,
            versions=config.versions,
            origins=config.origins,
            endpoints=tuple(config.endpoints.items()),
            header_form=config.header_form,
            paging=config.paging,
            status_by=config.status_by,
            datum=config.datum,
            rotate_every=None if config.rotate_every_days is None else timedelta(days=config.rotate_every_days),
            token_a=secret("TOKEN_A", wanted=config.begins == "us"),
            given_token=secret("GIVEN_TOKEN", wanted=config.begins == "them"),
            fixed_token=secret("FIXED_TOKEN", wanted=by_hand),
            fixed_push_token=secret("FIXED_PUSH_TOKEN", wanted=by_hand and config.pushes),
        )
        return connect(told, bench)
