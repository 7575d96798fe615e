"""What the finder took in, it gives on without loss: read back through our own consumer, field for field."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from finder.connectors.sdk.kinds import Workbench
from finder.connectors.tcec102 import Tcec102Config, Tcec102Connector
from finder.errors import OperatorRefused
from finder.kernel.clock import system_clock
from finder.kernel.geo import distance_m
from finder.live.model import Status
from finder.provide import build_provider
from finder.sandbox.child import PracticeProcess
from finder.settings import load_settings
from finder.stations.model import Station
from finder.web.provided import MAX_QUESTION_BYTES
from tests.journeys.federation_world import until
from tests.journeys.providing import Providing, new_keys, providing
from tests.protocol.finder_running import Finder, serving
from tests.protocol.sandbox_running import crawl

pytestmark = pytest.mark.slow


def carried(station: Station) -> dict[str, Any]:
    """All of it but for what the protocol cannot carry (decision 0007) and the place, which is compared in metres."""
    told: dict[str, Any] = msgspec.to_builtins(station)
    del told["provenance"], told["place"], told["operator"]["name"]
    told["id"] = station.id.removeprefix("prov/")
    for evse in told["evses"]:
        evse["id"] = evse["id"].removeprefix("prov/")
    return told


def taken(p: Providing) -> dict[str, Station]:
    return {s.id: s for source in p.holdings.sources for s in p.world.federation.records(source).values()}


async def test_the_practice_network_comes_back_field_for_field(tmp_path: Path) -> None:
    async with providing(tmp_path) as p:
        asker = p.asker()
        stations, refused = await crawl(asker)
        assert not refused
        own = taken(p)
        assert {s.id.removeprefix("prov/") for s in stations} == set(own)
        assert len(own) == len(p.sandbox.sites) > 20
        for station in stations:
            before = own[station.id.removeprefix("prov/")]
            assert carried(station) == carried(before)
            assert distance_m(station.place, before.place) < 0.2
            for connector, was in zip(station.evses[0].connectors, before.evses[0].connectors, strict=True):
                tariff, priced = station.tariff_of(connector), before.tariff_of(was)
                assert tariff is not None
                assert tariff == priced
                assert tariff.periods

        page = await asker.status(stations)
        assert not page.refused
        read = {seen.evse_id.removeprefix("prov/"): seen.status for seen in page.observations}
        kept = {evse.id: p.world.board.read(evse.id).status for s in own.values() for evse in s.evses}
        assert read == kept
        assert len(set(read.values())) >= 4

        # Every connector's price of the day, besides the one of each current that the catalogue shows.
        for station in stations[:5]:
            before = own[station.id.removeprefix("prov/")]
            for evse, was_evse in zip(station.evses, before.evses, strict=True):
                price, was_price = await asker.price(evse.id), before.tariff_of(was_evse.connectors[0])
                assert price is not None
                assert was_price is not None
                assert price.periods == was_price.periods

        site = stations[0]
        native = site.id.removeprefix("prov/")
        days = date(2026, 11, 20), date(2026, 11, 22)
        counted, direct = await asker.energy(site.id, *days), await p.world.federation.energy(native, *days)
        assert counted.kwh == direct.kwh > 0
        assert [(e.removeprefix("prov/"), kwh) for e, kwh in counted.evses] == list(direct.evses)
        await asker.close()


async def test_only_what_may_be_passed_on_is(tmp_path: Path) -> None:
    async with providing(tmp_path, 0.02, ("yanmen",)) as p:
        asker = p.asker()
        stations, _ = await crawl(asker)
        assert {s.id.split("/")[1] for s in stations} == {"yanmen"}
        other = next(iter(p.world.federation.records("jinbei").values()))
        foreign = msgspec.structs.replace(
            other,
            id=f"prov/{other.id}",
            provenance=(msgspec.structs.replace(other.provenance[0], source="prov", native_id=other.id),),
        )
        assert (await asker.status([foreign])).observations == []
        assert await asker.price(f"prov/{other.evses[0].id}") is None
        with pytest.raises(OperatorRefused):
            await asker.energy(f"prov/{other.id}", date(2026, 11, 20), date(2026, 11, 20))
        await asker.close()


async def test_what_has_not_changed_is_not_told_again(tmp_path: Path) -> None:
    async with providing(tmp_path, 0.02) as p:
        asker = p.asker()
        later = datetime.now(UTC) + timedelta(seconds=2)
        assert [page.stations async for page in asker.stations(later)] == [[]]
        assert sum([len(page.stations) async for page in asker.stations(later - timedelta(hours=1))]) == len(taken(p))
        await asker.close()


async def test_what_nobody_can_tell_is_told_as_offline(tmp_path: Path) -> None:
    async with providing(tmp_path, 0.02) as p:
        asker = p.asker()
        stations, _ = await crawl(asker)
        evse = stations[0].evses[0].id
        await p.world.board.forget([evse.removeprefix("prov/")])
        page = await asker.status(stations[:1])
        assert {o.status for o in page.observations if o.evse_id == evse} == {Status.OFFLINE}
        plug = await asker.plug("1", evse)
        assert not plug.ready
        await asker.close()


PEERS = """
[[peer]]
name = "province"
our_id = "MA0FINDER"
peer_id = "MA0SHANXI"
secrets = "PROVINCE"
sources = ["jinbei", "yanmen"]
push_to = "{push_to}/push/xz"
per_push = 200
"""


async def test_the_command_serves_the_peers_of_its_file_and_pushes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All but the command line: settings, secrets from the environment, rooms, routes, and a subscriber."""
    asked, pushed = new_keys(), new_keys()
    for prefix, keys in (("PROVINCE", asked), ("PROVINCE_PUSH", pushed)):
        for name in ("operator_secret", "data_secret", "data_secret_iv", "sig_secret"):
            monkeypatch.setenv(f"{prefix}_{name.upper()}", getattr(keys, name))
    config = Tcec102Config("xz", "忻州", "http://127.0.0.1:9", "MA0SHANXI", "MA0FINDER", asked, called=(pushed,))
    province = Tcec102Connector(config, Workbench())
    heard = Finder(province.receive, system_clock)
    with PracticeProcess(speed=1.0, share=0.02) as practice:
        async with serving(heard.app()) as push_to:
            file = tmp_path / "peers.toml"
            file.write_text(PEERS.format(push_to=push_to), encoding="utf-8")
            app = build_provider(load_settings(data_dir=tmp_path), file, practice.connectors)
            async with app.router.lifespan_context(app), serving(app) as base:
                asker = Tcec102Connector(dataclasses.replace(config, base_url=f"{base}/provide/province"), Workbench())

                async def free() -> bool:
                    stations, _ = await crawl(asker)
                    page = await asker.status(stations)
                    return Status.AVAILABLE in {seen.status for seen in page.observations}

                await until(free, seconds=30)
                await until(lambda: Status.AVAILABLE in {seen.status for seen in heard.observations}, seconds=30)
                async with httpx.AsyncClient(base_url=base) as http:
                    assert (await http.get("/healthz")).status_code == 200
                    assert (await http.get("/readyz")).status_code == 200
                    assert (await http.get("/provide/province/evcs/v20161110/query_token")).status_code == 405
                    assert (await http.post("/provide/nobody/evcs/v20161110/query_token")).status_code == 404
                    long = b" " * (MAX_QUESTION_BYTES + 1)
                    at = "/provide/province/evcs/v20161110/query_token"
                    assert (await http.post(at, content=long)).status_code == 413
                    assert (await http.post(at, content=long[1:])).json()["Ret"] == 4003
                    assert (await http.post("/push/jinbei/x")).status_code == 404  # the gateway's, not ours
                await asker.close()
    await province.close()
