"""The compiler against graphql-core: whatever is asked, both must answer the same JSON."""

import json
from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type, is_required_argument
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from finder.graphql.execution import Asked, Executor
from finder.graphql.limits import Limits
from finder.graphql.moment import Moment
from finder.graphql.schema import build_schema
from finder.graphql.template import Templates
from finder.live.lately import Lately
from finder.live.model import Status
from tests.unit.naive import CENTRE, NOW, Trouble, World, seen, station, world

SCHEMA = build_schema()
CORE = SCHEMA._schema


class Counted:
    """Metrics that remember how operations ran."""

    def __init__(self) -> None:
        self.compiled: list[bool] = []
        self.outcomes: list[str] = []

    def operation(self, *, name: str, kind: str, outcome: str, compiled: bool, seconds: float) -> None:
        self.compiled.append(compiled)
        self.outcomes.append(outcome)


def filled_world() -> World:
    """Stations that differ in what they know, with every status, young and old."""
    stations = [station(n, evses=1 + n % 4) for n in range(12)]
    made = world(stations)
    statuses = list(Status)
    for n, each in enumerate(stations[:10]):
        for observation in seen(each, statuses[n % len(statuses)], ago_s=7.25 + 150 * n, only=2):
            made.board.seen[observation.evse_id] = observation
    made.feeds.troubles.append(Trouble())
    return made


def both(made: World) -> tuple[Executor, Executor, Counted]:
    """The compiling executor, the plain one, and what the first reports."""
    counted = Counted()
    gateway = replace(made.gateway, metrics=counted)
    wide = Limits(*[100_000] * 6)  # what is generated may be larger than callers may ask
    return Executor(SCHEMA, gateway, wide), Executor(SCHEMA, made.gateway, wide, compiling=False), counted


WORLD = filled_world()
COMPILING, PLAIN, COUNTED = both(WORLD)

POINTS = ["{lat:38.4,lon:112.7}", "{lat:38.4,lon:112.705}", "{lat:91,lon:0}"]
FILTERS = [
    "{}",
    "{freeNow:true}",
    "{minPowerKw:61,connectorTypes:[GBT_DC]}",
    '{operators:["jinbei"],attributes:[SOLAR],freeParking:true}',
    "{openNow:true,connectorTypes:null}",
    "{minPowerKw:5000}",
]
BOXES = ["{south:38,west:112,north:39,east:113}", "{south:39,west:112,north:38,east:113}"]
ARGUMENTS: dict[str, list[list[str]]] = {
    "stationsNear": [
        [f"at:{p}" for p in POINTS],
        ["", "radiusM:500", "radiusM:1e7", "radiusM:0"],
        ["", *[f"filter:{f}" for f in FILTERS]],
        ["", "first:3", "first:0", "first:101"],
        ["", 'after:"x"', "after:null"],
    ],
    "stationsInBox": [
        [f"box:{b}" for b in BOXES],
        ["zoom:4", "zoom:15", "zoom:23"],
        ["", *[f"filter:{f}" for f in FILTERS]],
        ["", "first:3"],
    ],
    "station": [['id:"jinbei/0001"', 'id:"jinbei/0002"', 'id:"none"', "id:7"]],
    "searchStations": [
        ['text:"和平"', 'text:"充电"', 'text:" "'],
        ["", "near:{lat:38.4,lon:112.7}", "near:null"],
        ["", "first:2"],
    ],
    "quote": [
        [
            f'ask:{{stationId:"jinbei/0001",evseId:"{evse}",{more}}}'
            for evse in ("jinbei/0001-1", "none")
            for more in ("energyKwh:20", "energyKwh:0", 'leaveAt:"2026-03-04T13:00:00+08:00"')
        ]
    ],
    "road": [['id:"g55"', "id:7"]],
    "stationsAlongRoad": [['road:"g55"', 'road:"none"'], ["", "fromKm:0", "fromKm:-1e9"], ["", "first:3", "first:0"]],
    "stationsAlongRoute": [['route:{polyline:"_p~iF~ps|U_ulLnnqC"}', 'route:{polyline:""}'], ["", "maxDetourKm:5"]],
    "forecast": [['stationId:"jinbei/0001"', 'stationId:"none"'], ["", "hours:3", "hours:73"]],
    "scanned": [['code:"hlht://1.MA0JINBEI/"', 'code:""']],
    "order": [['number:"01"']],
    "places": [['text:"县"', 'text:"nowhere"'], ["", "first:1"]],
}


class Writer:
    """Draws the text of a query over the schema."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.fragments: list[str] = []
        self.aliases = 0
        self.spreads = 0

    def condition(self) -> str:
        return self.draw(
            st.sampled_from(
                ["", "", "", "", "@skip(if:$a)", "@include(if:$b)", "@include(if:false)", "@skip(if:false)"]
            )
        )

    def selection(self, type_: GraphQLObjectType, depth: int, *, root: bool = False) -> str:
        names = [n for n, f in type_.fields.items() if depth > 1 or is_leaf_type(get_named_type(f.type))]
        if root:  # what cannot be asked without arguments is asked with those that are known here
            names = [
                n for n in names if n in ARGUMENTS or not any(map(is_required_argument, type_.fields[n].args.values()))
            ]
        chosen = self.draw(st.lists(st.sampled_from([*names, "__typename"]), min_size=1, max_size=2 if root else 5))
        parts = [self.field(type_, name, depth, root=root) for name in chosen]
        if not root and self.spreads < 4 and self.draw(st.integers(0, 3)) == 0:
            self.spreads += 1
            inner = self.selection(type_, depth)
            if self.draw(st.booleans()):
                parts.append(f"... on {type_.name} {self.condition()} {inner}")
            else:
                name = f"F{len(self.fragments)}"
                self.fragments.append(f"fragment {name} on {type_.name} {inner}")
                parts += [f"...{name} {self.condition()}", f"...{name}"]
        return "{" + " ".join(parts) + "}"

    def field(self, type_: GraphQLObjectType, name: str, depth: int, *, root: bool) -> str:
        alias = ""
        if self.aliases < 12 and (root or self.draw(st.integers(0, 5)) == 0):
            self.aliases += 1
            alias = f"x{self.aliases}:"
        if name == "__typename":
            return f"{alias}__typename"
        arguments = [self.draw(st.sampled_from(some)) for some in ARGUMENTS.get(name, [])] if root else []
        told = f"({','.join(filter(None, arguments))})" if any(arguments) else ""
        inner = get_named_type(type_.fields[name].type)
        below = self.selection(inner, depth - 1) if isinstance(inner, GraphQLObjectType) else ""
        return f"{alias}{name}{told} {self.condition()} {below}"


@st.composite
def queries(draw: st.DrawFn) -> str:
    writer = Writer(draw)
    assert CORE.query_type
    body = writer.selection(CORE.query_type, 6, root=True)
    used = "used:__typename @skip(if:$a) @include(if:$b)"  # a variable that nothing reads is refused
    return f"query($a:Boolean!,$b:Boolean=true){{{used} {body[1:]}" + " ".join(writer.fragments)


def _plain(body: bytes) -> str:
    """The JSON with its order of keys, and numbers as such: 750 and 750.0 are one."""
    return json.dumps(json.loads(body, parse_int=float))


async def same(query: str, variables: dict[str, Any] | None = None, language: str = "zh") -> dict[str, Any]:
    """The answer, on which both agree."""
    asked = Asked(query, None, variables)
    compiled = await COMPILING.answer(COMPILING.prepare(asked), asked, language)
    plain = await PLAIN.answer(PLAIN.prepare(asked), asked, language)
    assert _plain(compiled.body) == _plain(plain.body)
    assert compiled.ran == plain.ran
    answer: dict[str, Any] = json.loads(compiled.body)
    return answer


@pytest.mark.slow
# Shrinking such queries takes minutes and tells little more than the query itself.
@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(queries(), st.booleans(), st.sampled_from([{}, {"b": True}, {"b": False}, {"b": None}]))
async def test_any_query_is_answered_alike(query: str, a: bool, b: dict[str, Any]) -> None:
    await same(query, {"a": a, **b})


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(queries(), st.booleans())
async def test_a_few_queries_are_answered_alike(query: str, a: bool) -> None:
    await same(query, {"a": a}, "en")


def everything(type_: GraphQLObjectType, depth: int = 6) -> str:
    """A selection of every field."""
    parts = ["__typename"]
    for name, field in type_.fields.items():
        inner = get_named_type(field.type)
        if isinstance(inner, GraphQLObjectType):
            if depth > 1:
                parts.append(name + everything(inner, depth - 1))
        else:
            parts.append(name)
    return "{" + " ".join(parts) + "}"


def of(type_name: str) -> str:
    found = CORE.type_map[type_name]
    assert isinstance(found, GraphQLObjectType)
    return everything(found)


AT = f"at:{{lat:{CENTRE.lat},lon:{CENTRE.lon}}}"


async def test_every_field_is_compiled_and_alike() -> None:
    for query in (
        f"{{stationsNear({AT}){of('StationConnection')}}}",
        f"{{stationsInBox(box:{BOXES[0]},zoom:15){of('BoxAnswer')}}}",
        f"{{stationsInBox(box:{BOXES[0]},zoom:3,first:2){of('BoxAnswer')}}}",
        f'{{station(id:"jinbei/0003"){of("Station")} none:station(id:"x"){{id}}}}',
        f'{{searchStations(text:"和平"){of("StationConnection")}}}',
        f'{{operators{of("Feed")} about{of("About")} places(text:"县"){of("Place")}}}',
    ):
        COUNTED.compiled.clear()
        answer = await same(query)
        assert "errors" not in answer
        assert COUNTED.compiled == [True], query


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query($at:PointInput!){stationsNear(at:$at){edges{node{id}}}}", {"at": {"lat": 1}}),
        ("query($at:PointInput!){stationsNear(at:$at){edges{node{id}}}}", {"at": {"lat": "x", "lon": 2}}),
        ("query($at:PointInput!){stationsNear(at:$at){edges{node{id}}}}", {"at": {"lat": 38.4, "lon": 112.7}}),
        ("query($at:PointInput!){stationsNear(at:$at){edges{node{id}}}}", {"at": {"lat": 38, "lon": 112.7}}),
        (
            "query($at:PointInput!){stationsNear(at:$at){edges{node{id}}}}",
            {"at": {"lat": 38.4, "lon": 1.0, "h": 1.0}},
        ),
        ("query($at:PointInput!){stationsNear(at:$at){edges{node{id}}}}", {"at": {"lat": 38.4, "x": 112.7}}),
        ("query($at:PointInput!){stationsNear(at:$at){edges{node{id}}}}", {"at": {"lat": float("nan"), "lon": 1.0}}),
        ("query($at:PointInput!){stationsNear(at:$at){edges{node{id}}}}", {"at": [{"lat": 38.4, "lon": 112.7}]}),
        ("query($at:PointInput!){stationsNear(at:$at){edges{node{id}}}}", {}),
        ("query($f:StationFilter){stationsNear(at:{lat:38.4,lon:112.7},filter:$f){edges{distanceM}}}", {"f": None}),
        (
            "query($f:StationFilter){stationsNear(at:{lat:38.4,lon:112.7},filter:$f){edges{distanceM}}}",
            {"f": {"connectorTypes": ["GBT_DC", "STEAM"]}},
        ),
        ("query($n:Int!=3){stationsNear(at:{lat:38.4,lon:112.7},first:$n){edges{distanceM}}}", {}),
        ("query($n:Int=3){stationsNear(at:{lat:38.4,lon:112.7},first:$n){edges{distanceM}}}", {"n": None}),
        ("query($n:Int!){stationsNear(at:{lat:38.4,lon:112.7},first:$n){edges{distanceM}}}", {"n": 2**40}),
        ('{station(id:"jinbei/0002"){id} stationsNear(at:{lat:99,lon:0}){edges{cursor}}}', None),
        ('{__schema{queryType{name}} station(id:"jinbei/0002"){id}}', None),
    ],
)
async def test_variables_and_errors_are_alike(query: str, variables: dict[str, Any] | None) -> None:
    await same(query, variables)


async def test_what_cannot_be_shown_is_told_by_graphql_core_and_masked() -> None:
    WORLD.index.stations["jinbei/0077"] = station(77, address=object())
    try:
        asked = Asked('{station(id:"jinbei/0077"){id address}}')
        answer = await COMPILING.answer(COMPILING.prepare(asked), asked, "en")
    finally:
        del WORLD.index.stations["jinbei/0077"]
    told = json.loads(answer.body)
    assert told["data"] == {"station": {"id": "jinbei/0077", "address": None}}
    assert told["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert told["errors"][0]["extensions"]["requestId"] in told["errors"][0]["message"]
    assert "object" not in told["errors"][0]["message"]


async def test_a_station_that_changed_is_written_anew() -> None:
    query = '{station(id:"jinbei/0004"){name}}'
    assert (await same(query))["data"]["station"]["name"] == '和平"4"号充电站'
    old = WORLD.index.stations["jinbei/0004"]
    WORLD.index.stations["jinbei/0004"] = station(4, name="新站")
    try:
        assert (await same(query))["data"]["station"]["name"] == "新站"
    finally:
        WORLD.index.stations["jinbei/0004"] = old


async def test_a_flip_shows_in_the_next_answer() -> None:
    query = '{station(id:"jinbei/0000"){availability{available} evses{live{status}}}}'
    before = await same(query)
    kept = dict(WORLD.board.seen)
    await WORLD.board.observe(seen(WORLD.index.stations["jinbei/0000"], Status.CHARGING))
    try:
        after = await same(query)
    finally:
        WORLD.board.seen = kept
    assert before["data"]["station"]["availability"]["available"] == 1
    assert after["data"]["station"]["availability"]["available"] == 0
    assert {e["live"]["status"] for e in after["data"]["station"]["evses"]} == {"CHARGING"}


def test_written_stations_make_room_for_others() -> None:
    templates = Templates(most=3_000)
    moment = Moment(Lately(WORLD.board), WORLD.feeds, NOW, "zh")
    template = templates.template(lambda source, moment, keep: f'"{source.id}"')
    for n in range(20):
        out: list[bytes] = []
        template.splice(station(n), moment, out)
        assert b"".join(out) == b'"jinbei/%04d"' % n
    assert 1 <= len(templates.kept) <= 4
