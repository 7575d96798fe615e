"""What drivers say of a station, as everybody sees it: compiled and by graphql-core alike."""

import json
from dataclasses import dataclass, field, replace
from typing import Any, cast

from finder.graphql.execution import Asked
from finder.voices.model import Code, Experience, Share, Summaries
from finder.voices.room import Voices
from tests.unit.test_graphql_compile import both, filled_world

QUERY = (
    '{one:station(id:"jinbei/0003"){experience{voices stars starred shares{code percent}}}'
    ' none:station(id:"jinbei/0004"){experience{voices}}}'
)


@dataclass
class Shown:
    summaries: Summaries = field(default_factory=dict)


@dataclass
class Told:
    shown: Shown


async def test_a_station_shows_shares_and_stars_and_another_one_nothing() -> None:
    made = filled_world()
    shown = Shown({"jinbei/0003": Experience((Share(Code.CHARGED, 75), Share(Code.NO_ENTRY, 25)), 4, None, 2)})
    made.gateway = replace(made.gateway, voices=cast(Voices, Told(shown)))
    compiling, plain, counted = both(made)
    answers: list[Any] = []
    for executor in (compiling, plain):
        asked = Asked(QUERY)
        answers.append(json.loads((await executor.answer(executor.prepare(asked), asked, "zh")).body))
    assert answers[0] == answers[1]
    assert answers[0]["data"] == {
        "one": {
            "experience": {
                "voices": 4,
                "stars": None,
                "starred": 2,
                "shares": [{"code": "CHARGED", "percent": 75}, {"code": "NO_ENTRY", "percent": 25}],
            }
        },
        "none": {"experience": None},
    }
    assert counted.compiled == [True]
