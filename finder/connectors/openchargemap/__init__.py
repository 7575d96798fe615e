"""Open Charge Map: the world's list of chargers, by its API or its files."""

from finder.connectors.openchargemap.config import OpenChargeMapConfig
from finder.connectors.openchargemap.connector import OpenChargeMapConnector

__all__ = ["OpenChargeMapConfig", "OpenChargeMapConnector"]
