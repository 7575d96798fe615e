"""The whole room, as the gateway is given it."""

from dataclasses import dataclass

from finder.voices.complaints import Complaints
from finder.voices.experiences import Experiences
from finder.voices.summaries import Shown


@dataclass(frozen=True, slots=True)
class Voices:
    """What the gateway is given."""

    experiences: Experiences
    shown: Shown
    complaints: Complaints
