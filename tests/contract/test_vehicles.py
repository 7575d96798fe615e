"""Vehicles on SQLite and on a real PostgreSQL: whose a VIN is, what is found, and what never stands in the open."""

import asyncio

import pytest

from finder.errors import BadInput, Conflict, NotFound, TooLarge
from finder.identity.buckets import TooOften
from finder.identity.vehicles import ADD_RATE, MOST
from finder.kernel.vin import CHECK_AT, check_character
from finder.storage.database import Database
from tests.contract.people_world import OTHER_PHONE, PHONE, PeopleWorld, people_world


def vin_of(number: int) -> str:
    bare = f"LSVAA418_E2{number:06}"
    return bare.replace("_", check_character(bare.replace("_", "0")))


VIN, PLATE = vin_of(184847), "晋H·D12345"


@pytest.fixture
def w(database: Database) -> PeopleWorld:
    return people_world(database)


async def test_a_vehicle_is_bound_shown_found_and_unbound(w: PeopleWorld) -> None:
    caller, cars = await w.caller(), w.people.vehicles
    bound = await cars.add(caller, PLATE, VIN.lower())
    assert (bound.vin, bound.plate, bound.new_energy) == (VIN, "晋HD12345", True)
    assert await cars.of(caller.person) == [bound]
    assert await cars.with_vin(VIN) == bound
    assert await cars.with_plate("晋h d12345") == [bound]
    await cars.remove(caller, bound.id)
    assert await cars.of(caller.person) == []
    assert await cars.with_vin(VIN) is None
    assert await cars.with_plate(PLATE) == []
    history = [entry.what for entry in await w.people.audit.history(caller.person)]
    assert history[-2:] == ["vehicle.bound", "vehicle.unbound"]


async def test_neither_vin_nor_plate_stands_in_the_database_or_in_a_repr(w: PeopleWorld) -> None:
    bound = await w.people.vehicles.add(await w.caller(), PLATE, VIN)
    kept = await w.dump()
    for secret in (VIN, bound.plate, PLATE, VIN[-6:]):
        assert secret.encode() not in kept
        assert secret not in repr(bound)


async def test_a_second_account_cannot_claim_a_vin_and_may_once_it_is_given_up(w: PeopleWorld) -> None:
    mine, theirs, cars = await w.caller(PHONE), await w.caller(OTHER_PHONE), w.people.vehicles
    bound = await cars.add(mine, PLATE, VIN)
    with pytest.raises(Conflict) as taken:
        await cars.add(theirs, "晋H·A8888", VIN)
    assert taken.value.code == "VEHICLE_TAKEN"
    assert "“我的”页面" in taken.value.zh  # where one claims it
    assert "My account" in taken.value.en
    assert VIN not in str(taken.value)
    assert await cars.of(theirs.person) == []
    with pytest.raises(NotFound):
        await cars.remove(theirs, bound.id)
    await cars.remove(mine, bound.id)
    assert (await cars.add(theirs, "晋H·A8888", VIN)).person == theirs.person


async def test_of_two_accounts_that_claim_a_vin_at_once_one_has_it(w: PeopleWorld) -> None:
    callers = [await w.caller(phone) for phone in (PHONE, OTHER_PHONE, "13500000000")]
    told = await asyncio.gather(*(w.people.vehicles.add(each, PLATE, VIN) for each in callers), return_exceptions=True)
    assert sum(isinstance(each, Conflict) for each in told) == 2


async def test_a_plate_alone_gives_no_right_so_two_accounts_may_name_it(w: PeopleWorld) -> None:
    for phone in (PHONE, OTHER_PHONE):
        await w.people.vehicles.add(await w.caller(phone), PLATE)
    assert len(await w.people.vehicles.with_plate(PLATE)) == 2


@pytest.mark.parametrize(("plate", "vin"), [(PLATE, None), ("晋H·A8888", VIN)])
async def test_the_same_vehicle_is_not_bound_twice(w: PeopleWorld, plate: str, vin: str | None) -> None:
    caller = await w.caller()
    await w.people.vehicles.add(caller, PLATE, VIN)
    with pytest.raises(Conflict) as twice:
        await w.people.vehicles.add(caller, plate, vin)
    assert twice.value.code == "VEHICLE_YOURS"


async def test_a_person_binds_ten_vehicles_and_no_eleventh(w: PeopleWorld) -> None:
    caller = await w.caller()
    for n in range(MOST):
        await w.people.vehicles.add(caller, f"晋HD1234{n}", vin_of(n))
    with pytest.raises(TooLarge):
        await w.people.vehicles.add(caller, "晋H·A8888", vin_of(MOST))


async def test_nobody_asks_for_vin_after_vin_whether_it_is_known(w: PeopleWorld) -> None:
    mine, theirs = await w.caller(PHONE), await w.caller(OTHER_PHONE)
    await w.people.vehicles.add(mine, PLATE, VIN)
    for _ in range(ADD_RATE.burst):
        with pytest.raises(Conflict):
            await w.people.vehicles.add(theirs, PLATE, VIN)
    with pytest.raises(TooOften):
        await w.people.vehicles.add(theirs, PLATE, VIN)


@pytest.mark.parametrize(
    ("plate", "vin"), [("晋H·1234", VIN), (PLATE, VIN[:-1]), (PLATE, VIN[::-1]), (PLATE, VIN[:CHECK_AT] + "#")]
)
async def test_what_is_no_vehicle_is_refused_and_leaves_nothing(w: PeopleWorld, plate: str, vin: str) -> None:
    caller = await w.caller()
    with pytest.raises(BadInput):
        await w.people.vehicles.add(caller, plate, vin)
    assert await w.people.vehicles.of(caller.person) == []
