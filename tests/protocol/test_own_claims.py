"""What our own kinds claim of their quality, held against practice operators of each protocol over real connections."""

from pathlib import Path

import pytest

from finder.connectors.ocpi.kind import OcpiKind
from finder.connectors.ocpp.kind import OcppKind
from finder.connectors.sdk.check import Hints, Plan, Report, check
from finder.connectors.sdk.check.quality import ORDER, grade
from finder.connectors.sdk.quality import claim_of
from finder.kernel.geo import Point
from finder.sandbox.ocpi import PracticeCpo, start_practice_cpo
from tests.protocol.ocpi_world import house
from tests.protocol.pile_gateway import VERSIONS, gateway

pytestmark = pytest.mark.slow
PLAN = Plan(step_s=20)


def holds(report: Report, kind: object) -> None:
    claim = claim_of(kind)
    assert claim is not None
    shown = grade(report, claim)
    assert shown.broken == []
    assert shown.reached is not None, [(f.rule.code, f.places[:2]) for f in report.findings]
    assert ORDER.index(shown.reached) >= ORDER.index(claim.grade)


@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
async def test_ocpi(tmp_path: Path, version: str) -> None:
    cpo = await start_practice_cpo(versions=(version,))
    async with house(tmp_path, cpo) as ours:
        holds(await check(ours.connector, plan=PLAN, hints=Hints(places=_measured(cpo))), OcpiKind())


def _measured(cpo: PracticeCpo) -> dict[str, Point]:
    """Where the operator's sites really are."""
    places = {f"op/{site['id']}": site["coordinates"] for site in cpo.locations}
    return {site: Point(float(place["latitude"]), float(place["longitude"])) for site, place in places.items()}


@pytest.mark.parametrize("version", sorted(VERSIONS))
async def test_ocpp(version: str) -> None:
    async with gateway() as opened:
        await opened.pile(version).join()
        holds(await check(opened.connector, plan=PLAN, clock=opened.clock), OcppKind())
