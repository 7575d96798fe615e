"""What a practice pile can do wrong."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(slots=True)
class PileFaults:
    """Switched while it runs; everything off is a pile as it should be."""

    clock_off: timedelta = timedelta(0)  # its clock against the true one
    drops_when_told: bool = False  # loses the connection after a charge's first message left, before the answer
    meter_falls: bool = False  # the next reading is lower than the one before
    meter_jumps: bool = False  # the next reading is higher than any cable could give
    never_stops: bool = False  # says that it stops, and does not
    goes_on_refused: bool = False  # charges although the token was refused
    rejects: bool = False  # answers every command with no
    deaf: bool = False  # does not answer commands
    leaves_out_number: bool = False  # 1.6: readings do not say of which transaction they are
