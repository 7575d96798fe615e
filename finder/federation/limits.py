"""How far one operator may go before it is cut."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Times in seconds. What passes a limit is cut and named; the others do not notice."""

    page_s: float = 90.0  # one page of a catalogue
    catalogue_s: float = 1_800.0  # a whole catalogue
    max_stations: int = 500_000
    max_repeats: int = 3  # pages that hold nothing but what earlier pages held
    status_s: float = 60.0  # one question for live status
    stations_per_status: int = 200
    calls_at_once: int = 2
    push_s: float = 5.0
    pushes_at_once: int = 16
    kept_observations: int = 50_000  # pushes that wait for the board to come back
    deliver_every_s: float = 1.0
    compare_every_s: float = 15.0  # bays with the sessions that the operator told of
