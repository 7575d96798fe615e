"""OCPP as a kind of connector: how a group of piles is listed."""

import msgspec

from finder.connectors.ocpp.config import OcppConfig
from finder.connectors.ocpp.connector import OcppConnector
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.quality import Claim, Grade


class OcppEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Piles that join directly, under one source; they and their passwords are in the register, not in the file.

    `plain` lets them come without TLS from other machines (security profile 1): only for a network of one's own.
    """

    source: str
    name: str
    plain: bool = False


class OcppKind:
    """Builds connectors to piles that speak OCPP 1.6-J or 2.0.1."""

    name = "ocpp"
    quality = Claim(Grade.BRONZE)
    config = OcppEntry

    def build(self, config: OcppEntry, bench: Workbench) -> OcppConnector:
        """The connector. Raises ValueError."""
        return OcppConnector(OcppConfig(source=config.source, name=config.name, plain=config.plain), bench)
