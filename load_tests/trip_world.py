"""Trips to be planned: made-up stations along a made-up course, with tariffs as they are in Shanxi."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from finder.kernel.geo import Point
from finder.kernel.money import UnitPrice
from finder.roads.cars import TYPICAL, CarClass
from finder.roads.course import Course
from finder.roads.trip import Candidate, TripAsk
from finder.stations.model import (
    Connector,
    ConnectorType,
    Current,
    Evse,
    Operator,
    Provenance,
    Station,
    Tariff,
    TariffPeriod,
)

LEAVES = datetime(2026, 5, 1, 1, 0, tzinfo=UTC)  # 09:00 in Xinzhou, the first day of a holiday


def tariff(service_e4: int, *, flat: bool = False) -> Tariff:
    """Valley, shoulder, peak and shoulder again, or one price; electricity and service in 1/10,000 yuan."""
    hours = (
        [(0, 24, 6_000)] if flat else [(0, 8, 3_500), (8, 11, 6_000), (11, 17, 4_500), (17, 23, 9_000), (23, 24, 3_500)]
    )
    periods = tuple(
        TariffPeriod(start=a * 60, end=b * 60, electricity=UnitPrice(e4), service=UnitPrice(service_e4))
        for a, b, e4 in hours
    )
    return Tariff(id=f"t{service_e4}", periods=periods)


def candidate(number: int, km: float, detour_km: float, power_kw: float, prices: Tariff | None) -> Candidate:
    """A DC station with one bay."""
    current = Current.DC if power_kw >= 15 else Current.AC
    plug = ConnectorType.GBT_DC if current is Current.DC else ConnectorType.GBT_AC
    connector = Connector(id="1", type=plug, current=current, power_kw=power_kw, tariff_id=None)
    evse = Evse(id=f"made/{number}-1", connectors=(connector,))
    station = Station(
        id=f"made/{number}",
        name=f"{number} 号站",
        operator=Operator(id="made", name="造"),
        place=Point(38.0, 112.0),
        evses=(evse,),
        provenance=(Provenance(source="made", native_id=str(number), fetched_at=LEAVES),),
        tariffs=(prices,) if prices else (),
    )
    return Candidate(station, evse, connector, km, detour_km, detour_km * 1.5, current, power_kw)


def course(km: float, kmh: float = 80.0, heights_m: Sequence[float] | None = None) -> Course:
    """A course of that length, driven at that speed; heights at even distances."""
    n = len(heights_m) if heights_m else 2
    along = np.linspace(0, km, n)
    return Course(along, along / kmh * 60, np.array(heights_m, dtype=float) if heights_m else None)


def trip(stops: int, km: float, seed: int, *, car: CarClass = CarClass.FAMILY, start: float = 0.5) -> TripAsk:
    """A trip with so many stations at random along it, of mixed power and price, a few of them off the road."""
    dice = random.Random(seed)
    tariffs = [tariff(e4, flat=e4 > 7_000) for e4 in (2_000, 3_500, 5_000, 6_500, 8_000)]
    found = [
        candidate(
            n,
            dice.uniform(1, km - 1),
            dice.choice([0.4, 1.0, 2.0, 6.0]),
            dice.choice([7, 40, 60, 120, 120, 180]),
            dice.choice(tariffs),
        )
        for n in range(stops)
    ]
    return TripAsk(TYPICAL[car].car, course(km), found, LEAVES, start=start, celsius=20)
