"""The car parks that are told who has charged: a file of them.

[car_parks.east]
url = "https://gate.example.com/api"   key = "…"    # its public key: base64 of 32 bytes
minutes_free = 120   discount_percent = 0   leave_within_minutes = 30
covers = ["jinbei", "yanmen/1001"]                  # operators by source, or single EVSEs

From the environment alone come our private key for each, FINDER_CAR_PARK_<NAME>_KEY, and the key under which it knows
plates, FINDER_CAR_PARK_<NAME>_PLATES; each is base64 of 32 bytes.
"""

import base64
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import msgspec

from finder.errors import SettingsError
from finder.kernel.clock import Clock
from finder.money.parking import CarPark, ParkingTerms, SignedCarPark
from finder.money.signed import read_peer, secret_name

KEY_BYTES = 32


class _CarPark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    url: str
    key: str
    minutes_free: Annotated[int, msgspec.Meta(ge=0, le=1_440)]
    covers: tuple[str, ...]
    discount_percent: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    leave_within_minutes: Annotated[int, msgspec.Meta(ge=1, le=1_440)] = 30


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    car_parks: dict[str, _CarPark] = {}


def load_car_parks(path: Path | None, env: Mapping[str, str], clock: Clock) -> dict[str, CarPark]:
    """The car parks of this file, by name; none where there is no file. Raises SettingsError."""
    if path is None:
        return {}
    try:
        told = msgspec.toml.decode(path.read_bytes(), type=_File)
        return {name: _car_park(name, each, env, clock) for name, each in told.car_parks.items()}
    except (OSError, ValueError) as bad:  # msgspec's errors are ValueErrors; none of them carries a secret
        said = f"停车场文件 {path} 无法使用：{bad}", f"the file of car parks {path} cannot be used: {bad}"
        raise SettingsError(*said) from None


def _car_park(name: str, told: _CarPark, env: Mapping[str, str], clock: Clock) -> CarPark:
    variable = secret_name("CAR_PARK", name)
    peer = read_peer(name, told.url, told.key, env.get(variable, ""))
    plates = variable.removesuffix("_KEY") + "_PLATES"
    try:
        plate_key = base64.b64decode(env.get(plates, ""), validate=True)
    except ValueError:
        plate_key = b""
    if len(plate_key) != KEY_BYTES:
        raise ValueError(f"{plates} is not base64 of {KEY_BYTES} bytes")
    leave = timedelta(minutes=told.leave_within_minutes)
    terms = ParkingTerms(told.minutes_free, told.discount_percent, leave, frozenset(told.covers))
    return SignedCarPark(peer, terms, plate_key, clock)
