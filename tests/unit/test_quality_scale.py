"""The quality scale: what a check showed, and what a kind claims of itself."""

import pytest

from finder.connectors.sdk.check.judge import Finding, Report
from finder.connectors.sdk.check.quality import CRITERIA, ORDER, Seen, grade
from finder.connectors.sdk.check.rule import Severity
from finder.connectors.sdk.check.rules import RULES
from finder.connectors.sdk.quality import Claim, Grade, claim_of
from finder.federation.operators import OWN

CODES = [rule.code for rule in RULES]
GOLDEN = {"capabilities": ("control", "stations", "status"), "kept": CODES, "unseen": (), "findings": ()}


def report(**changes: object) -> Report:
    told = {"source": "op", "name": "某充电", "stations": 3, "evses": 6} | GOLDEN | changes
    return Report(**told)  # type: ignore[arg-type]


def without(*codes: str, broken: bool) -> Report:
    """A report in which these rules were not judged, or are broken."""
    rules = [rule for rule in RULES if rule.code in codes]
    kept = [code for code in CODES if code not in codes]
    if broken:
        return report(kept=kept, findings=[Finding(rule, (), 1) for rule in rules])
    return report(kept=kept, unseen=[(rule.code, rule.need.how) for rule in rules])


def test_where_every_rule_holds_gold_is_reached() -> None:
    assert grade(report()).reached is Grade.GOLD
    assert grade(report()).next is None


@pytest.mark.parametrize(
    ("codes", "reached"),
    [
        (("ID_UNSTABLE",), None),
        (("STATUS_MISSING",), Grade.BRONZE),
        (("PLACE_DATUM",), Grade.BRONZE),
        (("TARIFF_UNREAD",), Grade.BRONZE),
        (("CHANGES_IGNORED",), Grade.SILVER),
        (("STATUS_DIFFERS",), Grade.SILVER),
        (("PUSH_REFUSED",), Grade.SILVER),
        (("STOP_AFTER_END",), Grade.SILVER),
        (("BILL_LINES",), Grade.SILVER),
        (("PARKING_UNREAD",), Grade.GOLD),
    ],
)
def test_what_was_not_seen_bounds_the_grade(codes: tuple[str, ...], reached: Grade | None) -> None:
    assert grade(without(*codes, broken=False)).reached == reached


def test_an_error_leaves_no_grade_and_a_warning_leaves_bronze() -> None:
    assert grade(without("PLACE_SWAPPED", broken=True)).reached is None
    assert grade(without("SIGNATURE_CASE", broken=True)).reached is Grade.BRONZE


def test_an_empty_catalogue_has_no_grade() -> None:
    assert grade(report(stations=0)).reached is None
    assert grade(report(capabilities=("pushes",))).reached is None


def test_sessions_are_not_shown_by_a_connector_that_cannot_start_one() -> None:
    assert grade(report(capabilities=("stations", "status"))).reached is Grade.SILVER


def test_a_claim_is_broken_by_what_was_seen_and_not_by_what_was_not() -> None:
    claim = Claim(Grade.SILVER)
    assert grade(without("STATUS_MISSING", broken=False), claim).broken == []
    codes = [criterion.code for criterion in grade(without("STATUS_MISSING", broken=True), claim).broken]
    assert codes == ["NO_ERRORS", "LIVE_STATUS"]
    assert grade(without("CHANGES_IGNORED", broken=True), Claim(Grade.BRONZE)).broken == []


def test_an_exemption_needs_a_reason_and_a_criterion_that_may_lack() -> None:
    lacking = without("PUSH_REFUSED", broken=False)
    assert grade(lacking, Claim(Grade.GOLD, {"PUSHES": "the vendor has none"})).reached is Grade.GOLD
    assert grade(lacking, Claim(Grade.GOLD, {"PUSHES": "  "})).reached is Grade.SILVER
    no_status = without("STATUS_MISSING", broken=False)
    assert grade(no_status, Claim(Grade.SILVER, {"LIVE_STATUS": "the vendor has none"})).reached is Grade.BRONZE


def test_an_exemption_hides_nothing_that_was_seen() -> None:
    wrong = without("PUSH_REFUSED", broken=True)
    quality = grade(wrong, Claim(Grade.GOLD, {"PUSHES": "the vendor has none"}))
    assert {c.code: seen for c, seen in quality.seen}["PUSHES"] is Seen.FAILS


def test_every_criterion_can_be_told_and_speaks_of_rules_that_exist() -> None:
    empty = grade(report(kept=(), capabilities=(), stations=0))
    assert empty.reached is None
    held = {criterion.code for criterion, seen in grade(report()).seen if seen is Seen.HOLDS}
    assert held == {criterion.code for criterion in CRITERIA}
    assert [c.grade for c in CRITERIA] == sorted((c.grade for c in CRITERIA), key=ORDER.index)


def test_our_own_kinds_claim_a_grade_and_exempt_only_what_may_lack() -> None:
    may_lack = {criterion.code for criterion in CRITERIA if criterion.may_lack}
    for kind in OWN.values():
        claim = claim_of(kind)
        assert claim is not None, kind.name
        assert set(claim.exempt) <= may_lack
    assert claim_of(object()) is None


def test_severities_that_bound_a_grade_are_those_of_the_rules() -> None:
    assert {rule.severity for rule in RULES} == set(Severity)
