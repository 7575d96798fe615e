"""The files of issuers and of car parks: what they name is made, and what cannot be used is said without a secret."""

import base64
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from finder.errors import SettingsError
from finder.kernel.clock import system_clock
from finder.money.car_parks import load_car_parks
from finder.money.invoice import Part
from finder.money.issuers import load_issuers
from finder.money.parking import car_park_of

OURS = base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()
THEIRS = base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()
PLATES = base64.b64encode(bytes(range(32))).decode()
ISSUERS = f"""
[issuers.yanmen-tax]
url = "https://invoices.example.com/api"
key = "{THEIRS}"
[issuers.lot]
url = "https://lot.example.com"
key = "{THEIRS}"
[operators.yanmen]
supply = "yanmen-tax"
parking = "lot"
[platform]
commission = "lot"
"""
CAR_PARKS = f"""
[car_parks.east]
url = "https://gate.example.com"
key = "{THEIRS}"
minutes_free = 120
covers = ["jinbei", "yanmen/1001"]
"""
ISSUER_KEYS = {"FINDER_ISSUER_YANMEN_TAX_KEY": OURS, "FINDER_ISSUER_LOT_KEY": OURS}
CAR_PARK_KEYS = {"FINDER_CAR_PARK_EAST_KEY": OURS, "FINDER_CAR_PARK_EAST_PLATES": PLATES}


def written(folder: Path, text: str) -> Path:
    file = folder / "file.toml"
    file.write_text(text, encoding="utf-8")
    return file


async def test_each_part_is_issued_by_whoever_is_named_for_it(tmp_path: Path) -> None:
    issuers = load_issuers(written(tmp_path, ISSUERS), ISSUER_KEYS, system_clock)
    assert issuers.of("yanmen", Part.ELECTRICITY) == issuers.of("yanmen", Part.SERVICE) == "yanmen-tax"
    assert issuers.of("yanmen", Part.PARKING) == issuers.of("anyone", Part.COMMISSION) == "lot"
    assert issuers.of("jinbei", Part.SERVICE) is None
    await issuers.close()
    assert load_issuers(None, {}, system_clock).of("yanmen", Part.SERVICE) is None


async def test_a_car_park_is_told_of_what_stands_in_it(tmp_path: Path) -> None:
    parks = load_car_parks(written(tmp_path, CAR_PARKS), CAR_PARK_KEYS, system_clock)
    assert parks["east"].terms.leave_within == timedelta(minutes=30)
    assert (car_park_of(parks, "jinbei/7"), car_park_of(parks, "yanmen/1002")) == ("east", None)
    assert OURS not in repr(parks)
    assert repr(bytes(range(32))) not in repr(parks)
    await parks["east"].close()
    assert load_car_parks(None, {}, system_clock) == {}


@pytest.mark.parametrize(
    ("load", "text", "env"),
    [
        (load_issuers, ISSUERS.replace("https://lot", "http://lot"), ISSUER_KEYS),
        (load_issuers, ISSUERS.replace('commission = "lot"', 'commission = "none"'), ISSUER_KEYS),
        (load_issuers, ISSUERS.replace("supply =", "supplies ="), ISSUER_KEYS),
        (load_issuers, ISSUERS, {"FINDER_ISSUER_LOT_KEY": OURS}),
        (load_issuers, ISSUERS, {**ISSUER_KEYS, "FINDER_ISSUER_LOT_KEY": OURS[:-8]}),
        (load_issuers, "[", ISSUER_KEYS),
        (load_car_parks, CAR_PARKS.replace("120", "1441"), CAR_PARK_KEYS),
        (load_car_parks, CAR_PARKS.replace("https:", "http:"), CAR_PARK_KEYS),
        (load_car_parks, CAR_PARKS, {**CAR_PARK_KEYS, "FINDER_CAR_PARK_EAST_PLATES": OURS[:20]}),
        (load_car_parks, CAR_PARKS, {"FINDER_CAR_PARK_EAST_PLATES": PLATES}),
    ],
)
def test_what_cannot_be_used_is_said_without_a_secret(
    tmp_path: Path, load: Callable[..., Any], text: str, env: dict[str, str]
) -> None:
    with pytest.raises(SettingsError) as refused:
        load(written(tmp_path, text), env, system_clock)
    assert not any(secret and secret in str(refused.value) for secret in env.values())
