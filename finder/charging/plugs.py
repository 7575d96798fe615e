"""The rooms of charging by the plug, together."""

from dataclasses import dataclass

from finder.charging.bindings import Bindings
from finder.charging.plug_and_charge import PlugAndCharge
from finder.charging.plug_cases import Cases
from finder.charging.told import Notices


@dataclass(frozen=True, slots=True)
class Plugs:
    """What one process has of them."""

    bindings: Bindings
    cases: Cases
    notices: Notices
    deciding: PlugAndCharge
