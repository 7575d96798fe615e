"""Lantern Charge of the sandbox: its signature, its window of time, its nonces and its pages."""

from collections.abc import AsyncIterator

import httpx
import pytest

from finder.kernel.geo import Point, distance_m, wgs84_from_gcj02
from finder.sandbox.day import CHARGING, FREE
from finder.sandbox.vendor import (
    HUBS_AT_ONCE,
    PAGE,
    WINDOW,
    Lantern,
    VendorKeys,
    new_vendor_keys,
    signature,
)
from tests.protocol.tcec102_peer import Hand

KEYS = VendorKeys("LK1", "secret-of-the-vendor")


class Caller:
    """Asks as the vendor's documentation says; each piece of it can be changed."""

    def __init__(self, lantern: Lantern, http: httpx.AsyncClient, clock: Hand) -> None:
        self.lantern, self.clock = lantern, clock
        self._http, self._asked = http, 0

    async def get(
        self, path: str, *, keys: VendorKeys = KEYS, late_s: float = 0, nonce: str | None = None
    ) -> httpx.Response:
        self._asked += 1
        at, nonce = str(int(self.clock().timestamp() - late_s)), nonce or f"n{self._asked}"
        url = self._http.build_request("GET", path).url.raw_path.decode()
        sign = signature(keys, "GET", url, at, nonce).decode()
        head = {"lantern-key": keys.id, "lantern-time": at, "lantern-nonce": nonce, "lantern-sign": sign}
        return await self._http.get(path, headers=head)


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    clock = Hand()
    lantern = Lantern(KEYS, clock)
    # Over a real socket the example's own tests run, in examples/finder-lantern.
    transport = httpx.ASGITransport(app=lantern.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://vendor/lantern") as http:
        yield Caller(lantern, http, clock)


async def test_the_pages_hold_every_hub_once_and_end(caller: Caller) -> None:
    seen: list[str] = []
    sizes: list[int] = []
    following: str | None = ""
    while following is not None:
        answer = (await caller.get(f"api/hubs?after={following}")).json()
        sizes.append(len(answer["data"]))
        seen += [each["hub_no"] for each in answer["data"]]
        following = answer["next"]
        assert answer["total"] == len(caller.lantern.sites)
    assert seen == list(caller.lantern.sites)
    assert sizes[:-1] == [PAGE] * (len(sizes) - 1)


async def test_a_hub_stands_where_its_site_does_once_its_datum_is_undone(caller: Caller) -> None:
    for each in (await caller.get("api/hubs")).json()["data"]:
        lon, lat = map(float, each["position"].split(","))
        true = caller.lantern.sites[each["hub_no"]].point
        assert distance_m(wgs84_from_gcj02(Point(lat, lon)), true) < 0.5
        assert distance_m(Point(lat, lon), true) > 100


async def test_what_did_not_change_is_not_told_again(caller: Caller) -> None:
    at = int(caller.lantern.updated_at.timestamp())
    assert (await caller.get(f"api/hubs?changed_after={at}")).json()["data"] == []
    assert len((await caller.get(f"api/hubs?changed_after={at - 1}")).json()["data"]) == PAGE


async def test_the_lights_are_those_of_the_hubs_that_were_asked_for(caller: Caller) -> None:
    number, site = next(iter(caller.lantern.sites.items()))
    caller.lantern.day.pin(site.guns[0].id, FREE)
    caller.lantern.day.pin(site.guns[1].id, CHARGING)
    told = (await caller.get(f"api/live?hubs={number},nobody")).json()["data"]
    assert [each["outlet_no"] for each in told] == [gun.id for gun in site.guns]
    assert [each["light"] for each in told][:2] == ["green", "blue"]


async def test_as_many_hubs_as_are_allowed_and_not_one_more(caller: Caller) -> None:
    assert (await caller.get("api/live?hubs=" + ",".join(["x"] * HUBS_AT_ONCE))).status_code == 200
    assert (await caller.get("api/live?hubs=" + ",".join(["x"] * (HUBS_AT_ONCE + 1)))).status_code == 400


@pytest.mark.parametrize("query", ["after=%FF", "after=A", "changed_after=x"])
async def test_a_query_that_cannot_be_read_is_400(caller: Caller, query: str) -> None:
    assert (await caller.get(f"api/hubs?{query}")).status_code == 400


async def test_a_request_is_taken_within_its_window_and_not_beyond(caller: Caller) -> None:
    window = WINDOW.total_seconds()
    for late_s in (window, -window):
        assert (await caller.get("api/hubs", late_s=late_s)).status_code == 200
    for late_s in (window + 1, -window - 1):
        refused = await caller.get("api/hubs", late_s=late_s)
        assert (refused.status_code, refused.json()) == (401, {"error": "bad_time"})


async def test_a_nonce_is_good_once(caller: Caller) -> None:
    assert (await caller.get("api/hubs", nonce="once")).status_code == 200
    assert (await caller.get("api/hubs", nonce="once")).json() == {"error": "bad_nonce"}


@pytest.mark.parametrize("keys", [VendorKeys("LK1", "another"), VendorKeys("LK2", KEYS.secret)])
async def test_a_wrong_key_is_refused(caller: Caller, keys: VendorKeys) -> None:
    assert (await caller.get("api/hubs", keys=keys)).json() == {"error": "bad_signature"}


def test_every_start_has_keys_of_its_own_and_shows_none() -> None:
    one, other = new_vendor_keys(), new_vendor_keys()
    assert one != other
    assert one.secret not in repr(one)
