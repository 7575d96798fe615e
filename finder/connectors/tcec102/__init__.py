"""T/CEC 102-2016, the platform interface that Chinese charging operators speak."""

from finder.connectors.tcec102.config import Tcec102Config
from finder.connectors.tcec102.connector import Tcec102Connector, Tcec102DataConnector
from finder.connectors.tcec102.profile import Profile, profile_from_toml
from finder.connectors.tcec102.wire import Credentials

__all__ = [
    "Credentials",
    "Profile",
    "Tcec102Config",
    "Tcec102Connector",
    "Tcec102DataConnector",
    "profile_from_toml",
]
