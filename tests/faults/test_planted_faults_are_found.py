"""The conformance kit against every fault that the practice operators can be made to have."""

import re

import pytest

from finder.commands.planted import TRUE_OF_PRACTICE, Tried, try_all
from finder.connectors.openchargemap.kind import OpenChargeMapKind
from finder.connectors.sdk.check.quality import ORDER, grade
from finder.connectors.sdk.check.rules import RULES
from finder.connectors.tcec102.kind import Tcec102Kind
from finder.sandbox.operators import COMMUNITY_SOURCE
from finder.sandbox.planted import PLANTS, Level, Planted

# What follows from a fault is found as well, and nothing else: a fault is not told under another's name.
FOLLOWS = {
    Planted.PAGE_ITEM_SIZE: {"PAGING_GAP"},
    Planted.PAGE_OVER_SIZE: {"PAGING_GAP", "PAGING_ITEM_SIZE", "STATUS_MISSING"},
    Planted.IDS_CHANGE: {"STATUS_MISSING", "STEP_FAILED"},  # nobody knows the old id any more
    Planted.OTHER_CITY: {"PLACE_NOT_IN_AREA"},
    Planted.TARIFF_OVERLAP: {"TARIFF_UNREAD"},
    Planted.STATUS_SWAPPED: {"STATUS_DIFFERS"},
    Planted.STATUS_CODE: {"STATUS_DIFFERS"},
    Planted.FREE_WHILE_CHARGING: {"STATUS_DIFFERS"},
    Planted.KWH_NEGATIVE: {"BILL_MISSING"},
    Planted.KWH_ABSURD: {"BILL_PRICE"},
}
WANTED_AT_LEAST = 20
CLAIMED = {
    "jinbei": Tcec102Kind.quality,
    "yanmen": Tcec102Kind.quality,
    COMMUNITY_SOURCE: OpenChargeMapKind.quality,
}


def test_every_fault_is_planted_once_and_names_a_rule_of_the_kit() -> None:
    assert sorted(plant.fault for plant in PLANTS) == sorted(Planted)
    assert {plant.rule for plant in PLANTS} <= {rule.code for rule in RULES}
    assert sum(plant.level is not Level.DESK for plant in PLANTS) >= WANTED_AT_LEAST


def test_rules_have_codes_of_their_own_and_speak_two_languages() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    for rule in RULES:
        for text in (rule.what, rule.mend):
            assert any("\u4e00" <= letter <= "\u9fff" for letter in text.zh), rule.code
            assert re.search("[a-z]{2}", text.en), rule.code


@pytest.mark.slow
async def test_every_planted_fault_is_found_by_its_rule_and_a_clean_operator_raises_no_alarm() -> None:
    tried: list[Tried] = await try_all(lambda *_: None)
    clean = [each for each in tried if each.plant is None]
    assert {each.report.source for each in clean} == set(TRUE_OF_PRACTICE)
    assert {each.report.source: each.false_alarms for each in clean if each.false_alarms} == {}
    for each in clean:
        claim = CLAIMED[each.report.source]
        reached = grade(each.report, claim).reached
        assert reached is not None
        assert ORDER.index(reached) >= ORDER.index(claim.grade), each.report.source
    for each in tried:
        if each.plant is not None:
            named = {each.plant.rule} | FOLLOWS.get(each.plant.fault, set())
            assert each.report.codes - TRUE_OF_PRACTICE[each.plant.operator] <= named, each.plant.fault
    missed = [each.plant.fault for each in tried if each.plant is not None and not each.found]
    assert missed == []
    assert len(tried) - len(clean) == len(PLANTS)
