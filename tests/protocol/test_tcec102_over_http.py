"""The connector against the practice operators over real HTTP, each of their faults switched on."""

import dataclasses
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio

from finder.connectors.sdk.http import Caution
from finder.connectors.sdk.ports import OperatorConnector, PushReceiver, StationSource, StatusSource
from finder.connectors.tcec102 import Credentials, Tcec102Connector
from finder.errors import OperatorError, OperatorLied, OperatorRefused, OperatorUnavailable
from finder.kernel.geo import distance_m
from finder.live.model import Status
from finder.sandbox.faults import Faults, Lie
from finder.sandbox.serve import Sandbox
from finder.stations.model import Current
from tests.protocol.sandbox_running import QUICK, configured, connected, crawl, ids, running
from tests.protocol.tcec102_peer import Hand

IMPATIENT = Caution(attempts=1, total_s=0.1)
SOURCES = ("jinbei", "yanmen")


# One practice network for all: starting it takes longer than most of these tests.
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]


@pytest.fixture(scope="module")
def clock() -> Hand:
    return Hand()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def network(clock: Hand) -> AsyncIterator[Sandbox]:
    async with running(clock, share=0.03) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(network: Sandbox) -> Sandbox:
    for source in SOURCES:
        network.set_faults(source, Faults())
    return network


@pytest_asyncio.fixture(loop_scope="module")
async def jinbei(sandbox: Sandbox, clock: Hand) -> AsyncIterator[Tcec102Connector]:
    async with connected(sandbox, "jinbei", clock) as connector:
        yield connector


@pytest.mark.parametrize("source", SOURCES)
async def test_every_station_comes_in_its_true_place(sandbox: Sandbox, clock: Hand, source: str) -> None:
    async with connected(sandbox, source, clock) as connector:
        stations, refused = await crawl(connector)
    true = {f"{source}/{site.id}": site for site in sandbox.platforms[source].sites.values()}
    assert ids(stations) == sorted(true)
    assert len(stations) > {"jinbei": 10, "yanmen": 5}[source]  # more than one of jinbei's pages
    assert not refused
    for station in stations:
        site = true[station.id]
        assert distance_m(station.place, site.point) < 2
        assert [evse.id for evse in station.evses] == [f"{source}/{gun.id}" for gun in site.guns]
        assert station.practice
        assert "演示" in station.operator.name
        assert station.hours is not None
        assert all(len(tariff.periods) == 7 for tariff in station.tariffs)


@pytest.mark.parametrize("source", SOURCES)
async def test_status_is_what_the_day_has(sandbox: Sandbox, clock: Hand, source: str) -> None:
    async with connected(sandbox, source, clock) as connector:
        assert isinstance(connector, StationSource | StatusSource)
        assert isinstance(connector, PushReceiver)
        held: OperatorConnector = connector
        assert held.practice
        stations, _ = await crawl(connector)
        gun = stations[0].evses[0].id
        sandbox.day.pin(gun.removeprefix(f"{source}/"), 4)
        page = await connector.status(stations)
    assert not page.refused
    assert len(page.observations) == sum(len(station.evses) for station in stations)
    seen = {o.evse_id: o for o in page.observations}
    assert seen[gun].status is Status.RESERVED
    assert {o.observed_at for o in page.observations} == {clock()}


async def test_what_did_not_change_is_not_sent_again(sandbox: Sandbox, jinbei: Tcec102Connector) -> None:
    changed = sandbox.platforms["jinbei"].updated_at
    assert [p.stations async for p in jinbei.stations(changed + timedelta(seconds=1))] == [[]]
    assert sum([len(p.stations) async for p in jinbei.stations(changed - timedelta(seconds=1))]) > 10


async def test_a_token_is_kept_until_shortly_before_its_end(
    sandbox: Sandbox, jinbei: Tcec102Connector, clock: Hand
) -> None:
    stations, _ = await crawl(jinbei)
    requests = sandbox.switchboard("jinbei")

    async def asked() -> int:
        before = requests.requests
        await jinbei.status(stations[:1])
        return requests.requests - before

    assert await asked() == 1
    clock.move(seconds=7200 - 61)
    assert await asked() == 1
    clock.move(seconds=1)
    assert await asked() == 2


async def test_a_token_that_the_platform_forgot_is_renewed_once(sandbox: Sandbox, jinbei: Tcec102Connector) -> None:
    stations, _ = await crawl(jinbei)
    sandbox.platforms["jinbei"]._tokens.clear()
    assert (await jinbei.status(stations)).observations
    sandbox.set_faults("jinbei", Faults(forgets_tokens=True))
    before = sandbox.switchboard("jinbei").requests
    with pytest.raises(OperatorRefused) as refused:
        await jinbei.status(stations)
    assert refused.value.code == "RET_4002"
    assert sandbox.switchboard("jinbei").requests - before == 3  # the call, the token, the call again


@pytest.mark.parametrize(
    ("changed", "code"), [({"operator_secret": "x"}, "TOKEN_REFUSED"), ({"sig_secret": "x"}, "RET_4001")]
)
async def test_wrong_secrets_are_told_apart(sandbox: Sandbox, clock: Hand, changed: dict[str, str], code: str) -> None:
    keys: Credentials = dataclasses.replace(configured(sandbox, "jinbei").calling, **changed)
    async with connected(sandbox, "jinbei", clock, calling=keys) as connector:
        with pytest.raises(OperatorRefused) as refused:
            await crawl(connector)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("faults", "kind", "code"),
    [
        (Faults(errors=1), OperatorUnavailable, "OPERATOR_UNAVAILABLE"),
        (Faults(busy=True), OperatorUnavailable, "OPERATOR_UNAVAILABLE"),
        (Faults(slow_s=5), OperatorUnavailable, "OPERATOR_TIMEOUT"),
        (Faults(silent=True), OperatorUnavailable, "OPERATOR_TIMEOUT"),
        (Faults(bad_signature=True), OperatorLied, "SIGNATURE"),
        (Faults(garbage=True), OperatorLied, "NOT_JSON"),
        (Faults(huge=True), OperatorLied, "ANSWER_TOO_LARGE"),
        (Faults(redirects=True), OperatorLied, "OPERATOR_REDIRECTS"),
        (Faults(duplicate_pages=True), OperatorLied, "PAGE_REPEATED"),
        (Faults(endless_pages=True), OperatorLied, "PAGES_WITHOUT_END"),
        (Faults(lies=(Lie.ITEM_SIZE,)), OperatorLied, "ITEM_COUNT"),
    ],
)
async def test_a_fault_is_named_and_ends_with_its_cause(
    sandbox: Sandbox, clock: Hand, faults: Faults, kind: type[OperatorError], code: str
) -> None:
    caution = IMPATIENT if faults.slow_s or faults.silent else Caution(attempts=1, max_bytes=1024 * 1024)
    profile = msgspec.structs.replace(configured(sandbox, "jinbei").profile, max_pages=9)
    async with connected(sandbox, "jinbei", clock, caution=caution, profile=profile) as connector:
        sandbox.set_faults("jinbei", faults)
        with pytest.raises(kind) as raised:
            await crawl(connector)
        assert raised.value.code == code
        assert "晋北充电" in raised.value.zh
        async with connected(sandbox, "yanmen", clock, policies_per_crawl=0) as other:
            assert (await crawl(other))[0]
        sandbox.set_faults("jinbei", Faults())
        assert (await crawl(connector))[0]


async def test_an_address_where_nobody_listens(sandbox: Sandbox, clock: Hand) -> None:
    async with connected(sandbox, "jinbei", clock, base_url="http://127.0.0.1:9") as connector:
        with pytest.raises(OperatorUnavailable) as raised:
            await crawl(connector)
    assert raised.value.code == "OPERATOR_UNREACHABLE"


async def test_what_may_succeed_later_is_tried_again_and_nothing_else_is(sandbox: Sandbox, clock: Hand) -> None:
    async with connected(sandbox, "jinbei", clock, caution=QUICK) as connector:
        sandbox.set_faults("jinbei", Faults(errors=0.5))
        assert (await crawl(connector))[0]
        for faults, tries in ((Faults(errors=1), 3), (Faults(busy=True), 3), (Faults(bad_signature=True), 1)):
            sandbox.set_faults("jinbei", faults)
            before = sandbox.switchboard("jinbei").requests
            with pytest.raises(OperatorError):
                await crawl(connector)
            assert sandbox.switchboard("jinbei").requests - before == tries


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        (Lie.NEGATIVE_POWER, "POWER_OUT_OF_RANGE"),
        (Lie.ZERO_COORDINATES, "COORDINATE_MISSING"),
        (Lie.OUTSIDE_THE_WORLD, "COORDINATE_OUT_OF_RANGE"),
        (Lie.NAN_COORDINATES, "BAD_NUMBER"),
        (Lie.CONNECTORLESS, "STATION_WITHOUT_CONNECTORS"),
        (Lie.DUPLICATE_IDS, "DUPLICATE_STATION"),
    ],
)
async def test_a_lying_record_is_refused_by_name_and_the_rest_goes_on(
    sandbox: Sandbox, jinbei: Tcec102Connector, lie: Lie, code: str
) -> None:
    honest, _ = await crawl(jinbei)
    sandbox.set_faults("jinbei", Faults(lies=(lie,)))
    stations, refused = await crawl(jinbei)
    assert ids(stations) == ids(honest)
    assert {r.code for r in refused} == {code}


async def test_lies_about_status_are_refused_or_unknown(sandbox: Sandbox, jinbei: Tcec102Connector) -> None:
    stations, _ = await crawl(jinbei)
    sandbox.set_faults("jinbei", Faults(lies=(Lie.UNKNOWN_STATUS, Lie.DUPLICATE_IDS, Lie.STRANGER)))
    page = await jinbei.status(stations[:1])
    assert len(page.observations) == len(stations[0].evses)
    assert page.observations[0].status is Status.UNKNOWN
    assert [r.code for r in page.refused] == ["DUPLICATE_CONNECTOR", "STATION_NOT_ASKED"]


async def test_a_connector_that_the_catalogue_lacks_is_refused(jinbei: Tcec102Connector) -> None:
    stations, _ = await crawl(jinbei)
    station = next(s for s in stations if len(s.evses) > 1)
    page = await jinbei.status([msgspec.structs.replace(station, evses=station.evses[1:])])
    assert len(page.observations) == len(station.evses) - 1
    assert [r.code for r in page.refused] == ["CONNECTOR_NOT_KNOWN"]


async def test_stale_status_stands_still_and_moves_again(
    sandbox: Sandbox, jinbei: Tcec102Connector, clock: Hand
) -> None:
    stations, _ = await crawl(jinbei)

    async def statuses() -> dict[str, Status]:
        return {o.evse_id: o.status for o in (await jinbei.status(stations)).observations}

    sandbox.set_faults("jinbei", Faults(stale_s=600))
    before = await statuses()
    clock.move(hours=2)
    assert await statuses() == before
    sandbox.set_faults("jinbei", Faults())
    assert await statuses() != before


@pytest.mark.parametrize(("stations", "requests"), [(1, 1), (50, 1), (51, 2)])
async def test_status_is_asked_for_fifty_stations_at_once(
    sandbox: Sandbox, jinbei: Tcec102Connector, stations: int, requests: int
) -> None:
    (first, *_), _ = await crawl(jinbei)
    many = [
        msgspec.structs.replace(first, provenance=(msgspec.structs.replace(first.provenance[0], native_id=f"x{n}"),))
        for n in range(stations)
    ]
    before = sandbox.switchboard("jinbei").requests
    await jinbei.status(many)
    assert sandbox.switchboard("jinbei").requests - before == requests


async def test_a_station_of_others_is_not_asked_for(sandbox: Sandbox, jinbei: Tcec102Connector) -> None:
    (first, *_), _ = await crawl(jinbei)
    foreign = msgspec.structs.replace(first, provenance=(msgspec.structs.replace(first.provenance[0], source="other"),))
    before = sandbox.switchboard("jinbei").requests
    assert not (await jinbei.status([foreign])).observations
    assert sandbox.switchboard("jinbei").requests == before


async def test_prices_are_asked_for_once_a_day_within_a_budget(sandbox: Sandbox, clock: Hand) -> None:
    async with connected(sandbox, "yanmen", clock) as connector:
        counter = sandbox.switchboard("yanmen")

        async def asked() -> int:
            before = counter.requests
            await crawl(connector)
            return counter.requests - before

        first = await asked()
        assert first > 10
        assert await asked() == 1  # the one page
        clock.move(days=1)
        assert await asked() == first
    async with connected(sandbox, "yanmen", clock, policies_per_crawl=2) as frugal:
        before = counter.requests
        stations, _ = await crawl(frugal)
        assert counter.requests - before == 2 + 2  # token, page, two prices
        unpriced = [s for s in stations if not s.tariffs[0].periods]
        assert unpriced
        assert all(s.tariffs[0].text for s in unpriced)


async def test_a_price_belongs_to_the_connectors_of_its_current(sandbox: Sandbox, clock: Hand) -> None:
    async with connected(sandbox, "yanmen", clock) as connector:
        stations, _ = await crawl(connector)
    mixed = next(s for s in stations if {e.connectors[0].current for e in s.evses} >= {Current.AC, Current.DC})
    for evse in mixed.evses:
        tariff = mixed.tariff_of(evse.connectors[0])
        assert tariff is not None
        assert tariff.id == (evse.connectors[0].current or "OTHER")


async def test_faults_and_status_are_set_over_http(sandbox: Sandbox) -> None:
    base = f"{sandbox.keys.base_url}/jinbei"
    gun = next(iter(sandbox.platforms["jinbei"].sites.values())).guns[0].id
    async with httpx.AsyncClient() as http:

        async def post(path: str, body: Any) -> int:
            return (await http.post(base + path, json=body)).status_code

        assert await post("/_faults", {"slow_s": 0.5, "errors": 0.5, "lies": ["connectorless"]}) == 200
        assert sandbox.switchboard("jinbei").faults == Faults(slow_s=0.5, errors=0.5, lies=(Lie.CONNECTORLESS,))
        wrong: Any
        for wrong in ({"errors": 1.1}, {"slow_s": -1}, {"lies": ["x"]}, {"unknown": 1}, []):
            assert await post("/_faults", wrong) == 400
        told = msgspec.convert((await http.get(base + "/_faults")).json(), Faults)
        assert told == sandbox.switchboard("jinbei").faults
        assert await post("/_faults", {}) == 200
        assert await post("/_set", {"connectorId": gun, "status": 255}) == 200
        assert sandbox.day.state(gun)[0] == 255
        assert await post("/_set", {"connectorId": "nobody", "status": 1}) == 404
        assert await post("/_set", {"status": 1}) == 400
        # What a foreign page could make a browser send.
        assert (
            await http.post(base + "/_set", content=b"{}", headers={"content-type": "text/plain"})
        ).status_code == 415
