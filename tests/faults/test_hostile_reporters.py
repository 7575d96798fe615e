"""10,000 reports from 200 hostile accounts move no bay, and honest drivers move theirs while that goes on."""

import time
from collections import Counter
from itertools import cycle
from pathlib import Path

import pytest

from finder.errors import FinderError
from finder.kernel.geo import Point
from finder.live.model import Status
from finder.storage.database import Database
from tests.contract.report_world import PLACE, report_world

ACCOUNTS, REPORTS, STATIONS, BAYS = 200, 10_000, 20, 10


@pytest.mark.slow
async def test_ten_thousand_reports_of_two_hundred_hostile_accounts_move_no_bay_and_honest_ones_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each account has a phone of its own, a network of its own, stands at the station, and says so within the
    limits; they agree on which bays they call blocked. None of them has ever charged."""
    database = Database(f"sqlite:///{tmp_path / 'finder.sqlite3'}")
    world = report_world(database)
    bays: list[tuple[str, Point]] = []
    for n in range(STATIONS):
        place = Point(PLACE.lat + n * 0.01, PLACE.lon)
        world.stations.add(f"t{n}", place, BAYS, world.now)
        bays += [(f"jinbei/t{n}-{bay}", place) for bay in range(BAYS)]
    for bay, _ in bays:
        await world.see(bay, Status.AVAILABLE)
    hostile = [await world.person() for _ in range(ACCOUNTS)]
    outcomes: Counter[str] = Counter()
    honest_moved, moved_by_them, began = 0, set[str](), time.monotonic()
    agreed = cycle(bays[: len(bays) // 2])  # half of the bays; the honest see the other half
    for sent in range(REPORTS):
        if sent % ACCOUNTS == 0:
            target, place = next(agreed)
            world.later(minutes=6)
        who = sent % ACCOUNTS
        try:
            told = await world.report(
                hostile[who], target, place=place, network=f"8.{who // 250}.{who % 250}.1", key=f"h{sent}"
            )
            outcomes[told.state.value] += 1
        except FinderError as no:
            outcomes[no.code] += 1
        if sent % 1_000 == 999:
            bay, at = bays[len(bays) // 2 + sent // 1_000]
            for n in range(2):  # two honest drivers who have each charged before
                await world.report(await world.person(charged=True), bay, place=at, network=f"9.9.{sent // 1_000}.{n}")
            honest_moved += world.status(bay) is Status.BLOCKED
            await world.keeping.step()
        moved_by_them |= {each for each in (target,) if world.status(each) is Status.BLOCKED}
    took_s = time.monotonic() - began
    first_half = {bay for bay, _ in bays[: len(bays) // 2]}
    moved_by_them |= {bay for bay in first_half if world.status(bay) is Status.BLOCKED}
    with capsys.disabled():
        print(f"\nreports {REPORTS}, accounts {ACCOUNTS}, bays moved {len(moved_by_them)}, honest {honest_moved} of 10")
        print(f"{took_s:.1f} s; {dict(outcomes.most_common())}")
    await database.close()
    assert sum(outcomes.values()) == REPORTS
    assert not moved_by_them
    assert honest_moved == 10
    assert {block.evse_id for block in world.handed.blocks}.isdisjoint(first_half)


@pytest.mark.slow
async def test_accounts_that_have_each_charged_buy_little_by_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The dearer attack: 20 accounts that have each paid for a session move at most three bays for each two."""
    database = Database(f"sqlite:///{tmp_path / 'finder.sqlite3'}")
    world = report_world(database)
    world.stations.add("t", PLACE, 200, world.now)
    paid = [await world.person(charged=True) for _ in range(20)]
    sent = 0
    for bay in range(200):
        world.later(minutes=30)
        for who in (paid[bay % 20], paid[(bay * 7 + 3 + bay // 20) % 20]):
            try:
                await world.report(who, f"jinbei/t-{bay}")
            except FinderError:
                continue
            sent += 1
    with capsys.disabled():
        print(f"\npaid accounts 20, reports {sent}, bays moved {len(world.handed.blocks)} within 100 hours")
    await database.close()
    assert 0 < len(world.handed.blocks) <= 20 * 3 // 2
