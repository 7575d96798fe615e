"""Citizens for tests of reports: signed in, standing at a station, some with a session that they paid for."""

import itertools
import secrets
import time
from typing import Any

import pytest

from tests.browser.phone import Phone

WITHIN_S = 90.0
SIGN_IN = 'mutation($c:String!,$k:String!){signIn(challenge:$c,code:$k,device:"test"){accessToken refreshToken}}'
NEAR = """{stationsNear(at:{lat:38.42,lon:112.73},radiusM:200000,first:100,filter:{freeNow:true,includePractice:true}){
  edges{node{id location{lat lon} evses{id label live{status} connectors{powerKw}}}}}}"""
STATION = "query($i:ID!){station(id:$i){evses{id live{status} blockedBay{by} reportedBay{kind}}}}"
QUOTE = "query($q:QuoteInput!){quote(ask:$q){id}}"
START = "mutation($s:StartInput!){startCharging(ask:$s){number}}"
ORDER = "query($n:ID!){order(number:$n){stage kwh}}"
STOP = "mutation($n:ID!){stopCharging(number:$n){stage}}"
PLANT = """refresh => new Promise((resolve, reject) => {
    localStorage.setItem("finder.account", "1");
    const open = indexedDB.open("finder-account");
    open.onupgradeneeded = () => open.result.createObjectStore("kept");
    open.onerror = () => reject(open.error);
    open.onsuccess = () => {
        const writing = open.result.transaction("kept", "readwrite");
        writing.objectStore("kept").put(refresh, "refresh");
        writing.oncomplete = () => { open.result.close(); resolve(); };
    };
})"""

# From anywhere: a finder that runs already (FINDER_TEST_URL) sends a number one code a minute.
numbers = (f"136{n:08d}" for n in itertools.count(secrets.randbelow(10**7)))
used: set[str] = set()  # bays at which a test charged or of which it said something


class Refused(Exception):
    """The gateway's code."""


class Citizen:
    """Somebody who asks the gateway without a page, until `take` hands the session over to one."""

    def __init__(self, phone: Phone) -> None:
        self.phone, self._access = phone, ""
        number = next(numbers)
        sent = self.ask("mutation($p:String!){requestCode(phone:$p){challenge}}", p=number)
        tokens = self.ask(SIGN_IN, c=sent["challenge"], k=phone.code_of(number))
        self._access, self._refresh = tokens["accessToken"], tokens["refreshToken"]

    def ask(self, query: str, **variables: Any) -> Any:
        """The answer's one field. Raises Refused."""
        headers = {"authorization": f"Bearer {self._access}"} if self._access else {}
        asked = {"query": query, "variables": variables}
        told = self.phone.page.request.post("/graphql", data=asked, headers=headers).json()
        if "errors" in told:
            raise Refused(told["errors"][0]["extensions"]["code"])
        return next(iter(told["data"].values()))

    def take(self) -> None:
        """The page is signed in from now on; its first refresh ends the tokens that are here."""
        self.phone.open()
        self.phone.page.evaluate(PLANT, self._refresh)
        self.phone.page.goto("/")
        self.phone.wait_for_list()

    def free(self) -> tuple[Any, Any]:
        """A station of at most ten bays, and one of them that is free and that no test used; slow ones first, which
        stay free for minutes of a practice day."""
        until = time.monotonic() + WITHIN_S
        while time.monotonic() < until:
            bays = [
                (bay["connectors"][0]["powerKw"] or 999, station, bay | {"label": bay["label"] or str(i + 1)})
                for station in (edge["node"] for edge in self.ask(NEAR)["edges"])
                if len(station["evses"]) <= 10
                for i, bay in enumerate(station["evses"])
                if bay["live"]["status"] == "AVAILABLE" and bay["id"] not in used
            ]
            if bays:
                _, station, bay = min(bays, key=lambda found: found[0])
                used.add(bay["id"])
                return station, bay
            time.sleep(0.5)  # a finder that has just begun has no stations yet
        pytest.fail("no bay is free")

    def begin(self) -> str:
        """A session's number."""
        for _ in range(20):
            station, bay = self.free()
            try:
                quote = self.ask(QUOTE, q={"stationId": station["id"], "evseId": bay["id"], "energyKwh": 10})
                ask = {"quoteId": quote["id"], "channel": "wechat", "capFen": 30_000}
                if quote["id"] is not None:
                    return str(self.ask(START, s=ask | {"idempotencyKey": secrets.token_hex(8)})["number"])
            except Refused:
                pass  # it filled a moment ago
        pytest.fail("nothing could be started")


def paid(*citizens: Citizen) -> None:
    """Each of them charges a little and pays, which is what gives a word its weight."""
    under_way = {citizen: citizen.begin() for citizen in citizens}
    until = time.monotonic() + WITHIN_S
    while under_way and time.monotonic() < until:
        for citizen, number in list(under_way.items()):
            order = citizen.ask(ORDER, n=number)
            if order["stage"] == "DONE":
                del under_way[citizen]
            elif order["stage"] == "NOT_STARTED":
                under_way[citizen] = citizen.begin()
            elif order["stage"] == "CHARGING" and (order["kwh"] or 0) > 0:
                citizen.ask(STOP, n=number)
        time.sleep(0.3)
    assert not under_way, "no session was paid in time"


def stand(phone: Phone, station: Any, *, north_m: float = 0.0) -> None:
    """The phone is at the station, or so far north of it."""
    where = station["location"]
    phone.page.context.grant_permissions(["geolocation"])
    phone.page.context.set_geolocation(
        {"latitude": where["lat"] + north_m / 111_000, "longitude": where["lon"], "accuracy": 20}
    )
