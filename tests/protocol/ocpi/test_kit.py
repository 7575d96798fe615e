"""The conformance kit at a practice OCPI operator: what the connector claims of itself is shown."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from finder.connectors.ocpi.kind import OcpiKind
from finder.connectors.sdk.check import Hints, Plan, check
from finder.connectors.sdk.check.quality import ORDER, grade
from finder.kernel.geo import Point
from finder.sandbox.ocpi import PracticeCpo, start_practice_cpo
from tests.protocol.ocpi.conftest import BOTH, EVSE
from tests.protocol.ocpi.conftest import ORDER as OUR_ORDER
from tests.protocol.ocpi_world import House, house, now

MEASURED = Hints(places={f"op/LOC{n}": Point(38.40 + n / 100, 112.70 + n / 100) for n in (1, 4, 7)})


@pytest.fixture
async def cpo(request: pytest.FixtureRequest) -> AsyncIterator[PracticeCpo]:
    # Its catalogue changed a minute ago, so nothing of it is new to a question about changes.
    cpo = await start_practice_cpo(lambda: now() - timedelta(minutes=1), versions=(getattr(request, "param", "2.3.0"),))
    yield cpo
    await cpo.close()


@BOTH
async def test_the_grade_that_the_kind_claims_is_reached(cpo: PracticeCpo, ours: House) -> None:
    report = await check(ours.connector, hints=MEASURED)
    assert not report.findings
    assert {"stations", "status", "price", "control", "session", "bills", "pushes"} <= set(report.capabilities)
    reached = grade(report, OcpiKind.quality).reached
    assert reached is not None
    assert ORDER.index(reached) >= ORDER.index(OcpiKind.quality.grade)


async def test_a_charge_that_the_kit_makes_differs_from_a_real_one_only_in_its_haste(
    cpo: PracticeCpo, ours: House
) -> None:
    plan = Plan(start=EVSE, order=OUR_ORDER, look_every_s=0.02, charge_s=5.0)
    report = await check(ours.connector, plan=plan)
    assert report.codes == {"START_CHARGING_AT_ONCE", "BILL_ENERGY_ABSURD"}


async def test_a_datum_that_is_set_wrongly_is_found(cpo: PracticeCpo, tmp_path: Path) -> None:
    async with house(tmp_path, cpo, datum="GCJ02") as ours:
        assert (await check(ours.connector, hints=MEASURED)).codes == {"PLACE_DATUM"}
