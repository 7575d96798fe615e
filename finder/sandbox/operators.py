"""The three practice operators: who they are, and in which dialect they speak."""

from dataclasses import dataclass
from datetime import timedelta

from finder.connectors.sdk.ports import Rhythm
from finder.connectors.tcec102 import Profile

OUR_ID = "MA0FINDER"


@dataclass(frozen=True, slots=True)
class PracticeOperator:
    """A T/CEC 102 operator; it never gives more than `page_cap` stations a page."""

    source: str
    name: str
    operator_id: str
    phone: str
    profile: Profile
    rhythm: Rhythm
    page_cap: int
    pushes: bool  # status; charges and bills are pushed by all


JINBEI = PracticeOperator(
    source="jinbei",
    name="晋北充电（演示）",
    operator_id="MA0JINBEI",
    phone="400-000-0001",
    profile=Profile(casing="pascal", datum="GCJ02", page_size=10),
    rhythm=Rhythm(
        catalogue=timedelta(hours=24),
        changes=timedelta(minutes=10),
        status=timedelta(seconds=15),
        freshness=timedelta(minutes=5),
        flaps=1_000,  # a practice day runs many times faster than a real one
    ),
    page_cap=10,
    pushes=True,
)
YANMEN = PracticeOperator(
    source="yanmen",
    name="雁门绿能（演示）",
    operator_id="MA0YANMEN",
    phone="400-000-0002",
    profile=Profile(casing="camel", datum="WGS84", page_size=200, policies=True),
    rhythm=Rhythm(
        catalogue=timedelta(hours=24),
        changes=timedelta(minutes=10),
        status=timedelta(seconds=5),
        freshness=timedelta(minutes=2),
        flaps=1_000,
    ),
    page_cap=100,
    pushes=False,
)
TCEC102_OPERATORS = (JINBEI, YANMEN)
COMMUNITY_SOURCE = "community"
COMMUNITY_NAME = "社区充电地图（演示）"
