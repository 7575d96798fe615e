"""Practice piles: real WebSocket clients that speak OCPP 1.6-J and 2.0.1, with faults to switch on."""

from finder.sandbox.ocpp.faults import PileFaults
from finder.sandbox.ocpp.pile import Charge, PracticePile
from finder.sandbox.ocpp.pile16 import PracticePile16
from finder.sandbox.ocpp.pile201 import PracticePile201

__all__ = ["Charge", "PileFaults", "PracticePile", "PracticePile16", "PracticePile201"]
