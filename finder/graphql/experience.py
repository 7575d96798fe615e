"""What is shown to everybody of drivers' voices at a station; the rest is in voices.py."""

import strawberry

from finder.graphql.moment import Moment
from finder.stations.model import Station
from finder.voices.model import Code, Experience

strawberry.enum(Code, name="VoiceCode", description="How it went.")


@strawberry.type(description="A code's part of the weight of what drivers said.")
class VoiceShare:  # noqa: D101
    code: Code
    percent: int = strawberry.field(description="Whole percent; all come to 100.")


@strawberry.type(description="Of the last 60 days, weighted; null where fewer than three people are behind it.")
class StationExperience:  # noqa: D101
    shares: list[VoiceShare] = strawberry.field(description="The largest first.")
    voices: int = strawberry.field(description="People who charged there, or stood there and have charged elsewhere.")
    stars: float | None = strawberry.field(description="1.0 to 5.0, drawn towards 3; null under three who gave any.")
    starred: int = strawberry.field(description="Those who gave stars.")


def of_station(station: Station, moment: Moment) -> Experience | None:
    """What is shown of a station."""
    return moment.experiences.get(station.id)
