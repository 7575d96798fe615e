"""The practice list in Open Charge Map's form, asked over real HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from finder.connectors.openchargemap import OpenChargeMapConnector
from finder.connectors.sdk.http import Caution, operator_client
from finder.connectors.sdk.kinds import Workbench
from finder.kernel.geo import Point, distance_m
from finder.sandbox.community import MAX_RESULTS
from finder.sandbox.faults import Faults, Lie
from finder.sandbox.serve import Sandbox, practice_community
from tests.protocol.sandbox_running import running
from tests.protocol.tcec102_peer import Hand

pytestmark = pytest.mark.asyncio(loop_scope="module")
CITY = Point(38.40917, 112.73333)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def network() -> AsyncIterator[Sandbox]:
    async with running(Hand(), share=1.0) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(network: Sandbox) -> Sandbox:
    network.set_faults("community", Faults())
    return network


async def ask(sandbox: Sandbox, *, headers: dict[str, str] | None = None, **query: Any) -> httpx.Response:
    standard: dict[str, Any] = {
        "key": sandbox.keys.community_key,
        "latitude": CITY.lat,
        "longitude": CITY.lon,
        "distanceunit": "km",
    }
    params = {key: value for key, value in (standard | query).items() if value is not None}
    async with operator_client("") as http:
        return await http.get(f"{sandbox.keys.community_url}/v3/poi", params=params, headers=headers)


def metres(poi: dict[str, Any]) -> float:
    return distance_m(CITY, Point(poi["AddressInfo"]["Latitude"], poi["AddressInfo"]["Longitude"]))


async def test_nearest_first_within_the_distance(sandbox: Sandbox) -> None:
    pois = (await ask(sandbox, distance=5, maxresults=250)).json()
    assert pois
    found = [metres(poi) for poi in pois]
    assert found == sorted(found)
    assert found[-1] <= 5000
    everywhere = [metres(poi) for poi in sandbox.community.pois]
    assert len(pois) == sum(distance <= 5000 for distance in everywhere)


async def test_miles_are_what_the_distance_means_by_itself(sandbox: Sandbox) -> None:
    miles = (await ask(sandbox, distance=5, maxresults=250, distanceunit=None)).json()
    km = (await ask(sandbox, distance=5 * 1.609344, maxresults=250)).json()
    assert miles == km


@pytest.mark.parametrize(("asked", "given"), [(None, 100), (249, 249), (250, 250), (251, 250), (10_000, 250)])
async def test_never_more_than_250(sandbox: Sandbox, asked: int | None, given: int) -> None:
    total = len(sandbox.community.pois)
    assert len((await ask(sandbox, distance=1000, maxresults=asked)).json()) == min(given, total)
    assert MAX_RESULTS == 250


async def test_the_key_is_asked_for(sandbox: Sandbox) -> None:
    assert (await ask(sandbox, key=None)).status_code == 403
    assert (await ask(sandbox, key="wrong")).status_code == 403
    header = {"x-api-key": sandbox.keys.community_key}
    assert (await ask(sandbox, key=None, headers=header)).status_code == 200


@pytest.mark.parametrize(
    "wrong", [{"latitude": "x"}, {"latitude": None}, {"latitude": 91}, {"maxresults": "x"}, {"maxresults": 0}]
)
async def test_a_query_that_cannot_be_is_refused(sandbox: Sandbox, wrong: dict[str, Any]) -> None:
    assert (await ask(sandbox, **wrong)).status_code == 400


@pytest.mark.parametrize(
    ("lie", "path", "value"),
    [
        (Lie.NEGATIVE_POWER, ("Connections", 0, "PowerKW"), -60.0),
        (Lie.ZERO_COORDINATES, ("AddressInfo", "Latitude"), 0.0),
        (Lie.OUTSIDE_THE_WORLD, ("AddressInfo", "Latitude"), 138.4),
        (Lie.CONNECTORLESS, ("Connections",), []),
        (Lie.FUTURE, ("DateLastVerified",), "2027-01-01T00:00:00Z"),
    ],
)
async def test_its_lies(sandbox: Sandbox, lie: Lie, path: tuple[Any, ...], value: object) -> None:
    honest = (await ask(sandbox, distance=5)).json()
    sandbox.set_faults("community", Faults(lies=(lie,)))
    lying = (await ask(sandbox, distance=5)).json()
    assert lying[:-1] == honest
    told: Any = lying[-1]
    for step in path:
        told = told[step]
    assert told == value


async def test_what_did_not_change_is_not_sent_again(sandbox: Sandbox) -> None:
    assert (await ask(sandbox, modifiedsince="2025-12-01T08:00:00Z")).json()
    assert (await ask(sandbox, modifiedsince="2025-12-01T08:00:01Z")).json() == []


async def test_the_connector_reads_the_whole_list(sandbox: Sandbox) -> None:
    connector = OpenChargeMapConnector(practice_community(sandbox.keys), Workbench(clock=Hand()))
    pages = [page async for page in connector.stations(None)]
    await connector.close()
    assert not [r for page in pages for r in page.refused]
    read = {station.id for page in pages for station in page.stations}
    assert read == {f"community/{poi['ID']}" for poi in sandbox.community.pois if poi["Connections"]}
    assert len(read) > MAX_RESULTS


async def test_its_other_faults(sandbox: Sandbox) -> None:
    sandbox.set_faults("community", Faults(errors=1))
    assert (await ask(sandbox)).status_code == 500
    sandbox.set_faults("community", Faults(silent=True))
    async with operator_client("", Caution(read_s=0.1)) as http:
        with pytest.raises(httpx.ReadTimeout):
            await http.get(f"{sandbox.keys.community_url}/v3/poi")
    sandbox.set_faults("community", Faults(lies=(Lie.DUPLICATE_IDS,)))
    found = [poi["ID"] for poi in (await ask(sandbox, distance=5)).json()]
    assert len(set(found)) == len(found) - 1
