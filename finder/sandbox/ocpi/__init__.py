"""A practice charging operator that speaks OCPI 2.2.1 and 2.3.0 over real HTTP, with faults to switch on."""

from finder.sandbox.ocpi.faults import OcpiFaults
from finder.sandbox.ocpi.operator import PracticeCpo, start_practice_cpo

__all__ = ["OcpiFaults", "PracticeCpo", "start_practice_cpo"]
