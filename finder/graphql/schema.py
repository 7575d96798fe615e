"""The schema: its roots, and its printed form."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig

from finder.graphql import queries, quotes, types, views

PRINTED = Path(__file__).with_name("schema.graphql")


def _root(resolver: Callable[..., Any], description: str | None = None) -> Any:
    return strawberry.field(resolver=resolver, description=description)


def _follow(resolver: Callable[..., Any], description: str) -> Any:
    return strawberry.subscription(resolver=resolver, description=description)


@strawberry.type
class Query:  # noqa: D101
    stations_near: types.StationConnection = _root(
        queries.stations_near,
        "Nearest first, by distance along the ellipsoid; radius in metres, above 0 and at most 200,000.",
    )
    stations_in_box: types.BoxAnswer = _root(
        queries.stations_in_box,
        "Clusters below the zoom at which stations fit on a screen, stations from there on.",
    )
    station: types.Station | None = _root(queries.station)
    search_stations: types.StationConnection = _root(
        queries.search_stations,
        "By part of a name, operator or address, in Chinese, pinyin or its initials.",
    )
    operators: list[types.Feed] = _root(queries.operators, "Every feed that the finder listens to, with how it is.")
    places: list[types.Place] = _root(
        queries.places, "Towns and counties by name or pinyin, for drivers who share no position."
    )
    quote: quotes.QuoteType = _root(
        quotes.quote_session, "What a session will cost, line by line; its prices hold for 15 minutes."
    )
    about: types.About = _root(queries.about, "What this deployment is: its name, its middle, its notice.")


@strawberry.type
class Subscription:  # noqa: D101
    status_changed: types.StatusChange = _follow(
        queries.status_changed,
        "Each flip of these stations (at most 200), or of the stations in the box, "
        "whole stations' availability with it.",
    )


def build_schema() -> strawberry.Schema:
    """The schema, executable by graphql-core and printable."""
    moment = strawberry.scalar(
        name="DateTime", description="ISO 8601 with time zone.", serialize=views.iso, parse_value=datetime.fromisoformat
    )
    return strawberry.Schema(
        query=Query, subscription=Subscription, config=StrawberryConfig(scalar_map={datetime: moment})
    )


def print_schema() -> str:
    """The text of schema.graphql, as it must be committed."""
    return build_schema().as_str() + "\n"
