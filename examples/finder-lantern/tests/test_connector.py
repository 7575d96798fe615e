"""The connector against Lantern Charge of the sandbox, over real HTTP."""

import asyncio
from collections.abc import Callable
from typing import Any

from finder_lantern import KIND

from finder.connectors.sdk.check import Hints, Report, check_kind
from finder.connectors.sdk.check.quality import grade
from finder.kernel.clock import system_clock
from finder.kernel.geo import Point
from finder.live.model import Status
from finder.sandbox.day import CHARGING, FREE
from finder.sandbox.faults import Faults
from finder.sandbox.vendor import Lantern, VendorKeys, lantern_running, new_vendor_keys

CITY = Point(38.95, 112.5)


def nothing(_: Lantern) -> None:
    """Leaves the platform as it is."""


def checked(change: Callable[[Lantern], None] = nothing, *, key: str | None = None) -> tuple[Lantern, Report]:
    """The report on the platform, changed in this way."""

    async def work() -> tuple[Lantern, Report]:
        keys = new_vendor_keys()
        lantern = Lantern(keys, system_clock)
        change(lantern)
        async with lantern_running(lantern) as url:
            entry = {"source": "lantern", "name": "Lantern", "base_url": url, "secrets": "TEST"}
            secrets = {"TEST_ID": keys.id, "TEST_SECRET": key or keys.secret}
            return lantern, await check_kind(KIND, entry, secrets, hints=hints(lantern))

    return asyncio.run(work())


def hints(lantern: Lantern) -> Hints:
    """What somebody saw and measured at the first hub."""
    number, site = next(iter(lantern.sites.items()))
    free, taken = (gun.id for gun in site.guns[:2])
    lantern.day.pin(free, FREE)
    lantern.day.pin(taken, CHARGING)
    statuses = {f"lantern/{free}": Status.AVAILABLE, f"lantern/{taken}": Status.CHARGING}
    return Hints(CITY, 200.0, statuses, {f"lantern/{number}": site.point})


def with_faults(**faults: Any) -> Callable[[Lantern], None]:
    """Switches faults of the platform on."""
    return lambda lantern: lantern.switchboard.set(Faults(**faults))


def test_the_conformance_kit_finds_nothing() -> None:
    """All hubs, all outlets, over four pages."""
    lantern, report = checked()
    assert report.codes == set()
    assert report.stations == len(lantern.sites)
    assert report.evses == sum(len(site.guns) for site in lantern.sites.values())
    assert {"PAGING_GAP", "PLACE_DATUM", "STATUS_DIFFERS", "TARIFF_GAPS"} <= set(report.kept)


def test_the_quality_that_is_claimed_is_reached() -> None:
    """As the kind says."""
    assert grade(checked()[1], KIND.quality).reached == KIND.quality.grade


def test_a_wrong_secret_is_refused_and_said() -> None:
    """The platform answers 401."""
    assert checked(key="another")[1].codes == {"STEP_FAILED"}


def test_an_error_now_and_then_is_overcome() -> None:
    """Every fourth answer is a 500; each attempt has a nonce of its own."""
    assert checked(with_faults(errors=0.25))[1].codes == set()


def test_garbage_is_named() -> None:
    """Half a JSON object."""
    assert "ANSWER_UNREADABLE" in checked(with_faults(garbage=True))[1].codes


def test_a_secret_is_in_no_repr() -> None:
    """Neither of the keys nor of the connector."""
    assert "hush" not in repr(VendorKeys("id", "hush"))
