"""200 accounts behind which nothing stands, wherever they say they are, move no public number."""

from collections import Counter
from pathlib import Path

import pytest

from finder.errors import FinderError
from finder.storage.database import Database
from finder.voices.model import Code
from tests.contract.report_world import PLACE
from tests.contract.voice_world import STATION, voice_world

ACCOUNTS = 200


@pytest.mark.slow
async def test_two_hundred_accounts_without_sessions_move_no_public_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each has a phone and a network of its own, says that it stands at the station, gives one star, and speaks on
    five days at a station that has voices and at one that has none."""
    database = Database(f"sqlite:///{tmp_path / 'finder.sqlite3'}")
    w = voice_world(database)
    for code, stars in ((Code.CHARGED, 5), (Code.CHARGED, 4), (Code.SLOW, 4)):
        honest = await w.person()
        await w.charged(honest)
        await w.rate(honest, code, stars=stars)
    before = await w.summary()
    assert before is not None
    hostile = [await w.person() for _ in range(ACCOUNTS)]
    outcomes: Counter[str] = Counter()
    for day in range(5):
        for n, who in enumerate(hostile):
            for station in (STATION, "jinbei/t"):
                try:
                    told = await w.rate(
                        who, Code.WOULD_NOT_START, station=station, stars=1, place=PLACE, network=f"8.8.{n}.{day}"
                    )
                    outcomes[told.basis.value] += 1
                except FinderError as no:
                    outcomes[no.code] += 1
        now = await w.summary()
        assert now is not None
        assert (now.shares, now.voices, now.starred) == (before.shares, before.voices, before.starred)
        assert await w.summary("jinbei/t") is None
        w.later(days=1)
    w.later(days=-5)
    assert await w.summary() == before
    with capsys.disabled():
        print(f"\naccounts {ACCOUNTS}, voices {dict(outcomes)}, public numbers moved 0")
    await database.close()
    assert outcomes == {"NOTHING": ACCOUNTS * 5 * 2}


@pytest.mark.slow
async def test_orders_started_at_a_broken_pile_are_one_voice_however_many_try(tmp_path: Path) -> None:
    """The other way in: accounts that let an order fail at a pile which is out of order in truth."""
    database = Database(f"sqlite:///{tmp_path / 'finder.sqlite3'}")
    w = voice_world(database)
    for _ in range(40):
        await w.refused(await w.person(), f"{STATION}-0")
    assert await w.summary() is None
    for _ in range(3):
        honest = await w.person()
        await w.charged(honest)
        await w.rate(honest)
    told = await w.summary()
    assert told is not None
    assert [(share.code, share.percent) for share in told.shares] == [
        (Code.CHARGED, 75),
        (Code.WOULD_NOT_START, 25),
    ]
    await database.close()
