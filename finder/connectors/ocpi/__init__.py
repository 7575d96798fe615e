"""OCPI 2.2.1 and 2.3.0, as who brings drivers to other platforms' chargers (eMSP) or publishes where they are (NAP)."""

from finder.connectors.ocpi.config import OcpiConfig, Party
from finder.connectors.ocpi.connector import OcpiConnector, OcpiPolled, connect

__all__ = ["OcpiConfig", "OcpiConnector", "OcpiPolled", "Party", "connect"]
