"""Registration both ways, rotation and its end, with a practice OCPI operator over real HTTP."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from finder.connectors.ocpi import OcpiPolled
from finder.errors import OperatorRefused, OperatorUnavailable
from finder.kernel.money import UnitPrice
from finder.sandbox.ocpi import OcpiFaults, PracticeCpo
from finder.sandbox.ocpi.objects import at
from tests.protocol.ocpi.conftest import ALL, BOTH, EVSE
from tests.protocol.ocpi_world import House, house, ids, now
from tests.protocol.tcec102_peer import Hand
from tests.unit.test_ocpi_sessions import cdr


@BOTH
async def test_we_register_with_the_token_that_we_were_given_and_read_every_site_and_price(
    cpo: PracticeCpo, ours: House
) -> None:
    stations = await ours.crawl()
    assert ids(stations) == sorted(ALL)
    assert cpo.token_a is None
    assert cpo.addressed == {("CN/FND", "CN/PRA")}
    one = next(s for s in stations if s.id == "op/LOC3")
    assert [e.id for e in one.evses] == ["op/LOC3/E3-1", EVSE]
    assert one.evses[1].connectors[0].power_kw == 120.0
    tariff = await ours.connector.price(EVSE)
    assert tariff is not None
    assert [p.electricity for p in tariff.periods] == [UnitPrice(12_000)]


async def test_a_restart_finds_the_registration_as_it_was(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    asked = len(cpo.asked)
    assert len(await ours.crawl()) == 10
    assert not [path for path in cpo.asked[asked:] if "credentials" in path or "versions" in path]


@BOTH
async def test_the_operator_registers_with_the_token_that_we_gave(cpo: PracticeCpo, tmp_path: Path) -> None:
    async with house(tmp_path, cpo, token_a=None, given_token="given-to-them") as ours:
        with pytest.raises(OperatorRefused) as early:
            await ours.crawl()
        assert early.value.code == "NOT_REGISTERED"
        await cpo.caller.begin(ours.versions_url, "given-to-them", cpo.version)
        assert ids(await ours.crawl()) == sorted(ALL)
        # The token that it began with opens nothing any more.
        answer = await cpo.caller.call("GET", ours.versions_url, None, token="given-to-them")
        assert answer.status_code == 401
        assert (await cpo.set_status("LOC1", "E1-1", "CHARGING")) is not None
        assert cpo.caller.answers[-1][2] == 200


@BOTH
async def test_we_rotate_and_our_old_token_opens_for_a_while(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    old_ours, old_theirs = cpo.caller.token, cpo.ours[-1]
    await ours.connector.handshake.rotate()
    assert cpo.caller.token != old_ours
    assert cpo.ours[-1] != old_theirs
    assert (await cpo.caller.call("GET", ours.versions_url, None, token=old_ours)).status_code == 200
    assert (await cpo.caller.call("GET", ours.versions_url, None)).status_code == 200
    assert len(await ours.crawl()) == 10


async def test_the_operator_rotates_and_we_call_with_its_new_token(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    old_ours = cpo.caller.token
    await cpo.caller.rotate()
    assert cpo.caller.token != old_ours
    assert len(await ours.crawl()) == 10
    assert (await cpo.caller.call("GET", ours.versions_url, None, token=old_ours)).status_code == 200


async def test_a_registration_that_the_operator_ends_is_over(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    assert (await cpo.caller.call("DELETE", cpo.caller.endpoints["credentials"], None)).status_code == 200
    assert (await cpo.caller.call("GET", ours.versions_url, None)).status_code == 401
    with pytest.raises(OperatorRefused) as refused:
        await ours.crawl()
    assert refused.value.code == "TOKEN_A_SPENT"


async def test_tokens_are_taken_raw_as_well_as_in_base64(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    for raw in (True, False):
        cpo.faults = OcpiFaults(raw_tokens=raw)
        answer = await cpo.set_status("LOC1", "E1-1", "CHARGING")
        assert answer is not None
        assert answer.status_code == 200


async def test_a_registration_that_failed_can_be_made_again(cpo: PracticeCpo, ours: House) -> None:
    cpo.faults = OcpiFaults(refuses_credentials=True)
    with pytest.raises(OperatorUnavailable):
        await ours.crawl()
    # The token that we offered in vain opens nothing.
    assert (await cpo.caller.call("GET", ours.versions_url, None, token=cpo.offered[-1])).status_code == 401
    cpo.faults = OcpiFaults()
    assert len(await ours.crawl()) == 10


async def test_two_processes_that_begin_at_once_register_once(cpo: PracticeCpo, ours: House) -> None:
    other = OcpiPolled(ours.connector.config, ours.bench)
    results = await asyncio.gather(
        ours.connector.handshake.register(), other.handshake.register(), return_exceptions=True
    )
    refused = [each for each in results if isinstance(each, OperatorRefused)]
    assert [each.code for each in refused] == ["REGISTERING"]
    assert sum("POST" in path and "credentials" in path for path in cpo.asked) == 1
    assert len([station async for page in other.stations(None) for station in page.stations]) == 10
    await other.close()


async def test_a_token_of_a_set_age_is_rotated_with_the_next_whole_catalogue(cpo: PracticeCpo, tmp_path: Path) -> None:
    clock = Hand(now())
    async with house(tmp_path, cpo, clock=clock, rotate_every=timedelta(days=30)) as ours:
        await ours.crawl()
        first = cpo.caller.token
        clock.move(days=29, hours=23)
        await ours.crawl()
        assert cpo.caller.token == first
        clock.move(hours=1)
        await ours.crawl(clock() - timedelta(minutes=5))
        assert cpo.caller.token == first
        await ours.crawl()
        assert cpo.caller.token != first


async def test_a_rotation_that_fails_keeps_the_old_tokens(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    old = cpo.caller.token
    cpo.faults = OcpiFaults(refuses_credentials=True)
    with pytest.raises(OperatorUnavailable):
        await ours.connector.handshake.rotate()
    assert (await cpo.caller.call("GET", ours.versions_url, None, token=old)).status_code == 200
    assert len(await ours.crawl()) == 10


async def test_rotations_in_vain_never_lock_the_operator_out(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    old = cpo.caller.token
    cpo.faults = OcpiFaults(unavailable_credentials=True)
    for _ in range(5):
        with pytest.raises(OperatorUnavailable):
            await ours.connector.handshake.rotate()
    assert (await cpo.caller.call("GET", ours.versions_url, None, token=old)).status_code == 200


async def test_an_old_token_of_ours_opens_for_an_hour_and_no_longer(cpo: PracticeCpo, tmp_path: Path) -> None:
    clock = Hand(now())
    async with house(tmp_path, cpo, clock=clock) as ours:
        await ours.crawl()
        old = cpo.caller.token
        await ours.connector.handshake.rotate()
        clock.move(minutes=59, seconds=59)
        assert (await cpo.caller.call("GET", ours.versions_url, None, token=old)).status_code == 200
        clock.move(seconds=1)
        assert (await cpo.caller.call("GET", ours.versions_url, None, token=old)).status_code == 401
        assert (await cpo.caller.call("GET", ours.versions_url, None)).status_code == 200


async def test_a_platform_may_push_only_what_is_its_own_partys(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    own, foreign = (f"{cpo.caller.endpoints['locations']}{party}/LOC3/E3-2" for party in ("cn/pra", "CN/XXX"))
    body = {"status": "CHARGING", "last_updated": at(now())}
    assert (await cpo.caller.call("PATCH", foreign, body)).status_code == 404
    assert not ours.taught[-1].observations
    assert (await cpo.caller.call("PATCH", own, body)).status_code == 200
    codes = [
        (await cpo.caller.send("POST", "cdrs", cdr(party_id=each))).json()["status_code"] for each in ("XXX", "PRA")
    ]
    assert codes == [2001, 1000]
