"""A running finder takes a road that the city imports, and finds its stations along it by kilometre."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from finder.app import build_app, choose_roads, choose_store
from finder.roads.imports.draft import Wishes
from finder.roads.imports.run import import_roads
from finder.settings import Settings
from tests.contract.index_engines import station

pytestmark = pytest.mark.slow
ALONG = """{ stationsAlongRoad(road: "g55", fromKm: 300, toKm: 400, maxOffsetM: MAX) {
  road { version approximate accuracyM } edges { km offsetM side node { id } } } }"""


def drawn(folder: Path) -> Path:
    path = folder / "g55.geojson"
    told = {"ref": "G55", "name": "二广高速", "source": "survey", "licence": "CC0", "accuracy_m": 12, "from_km": 300}
    shape = {"type": "LineString", "coordinates": [[112.7, 38.0], [112.7, 39.0]]}
    path.write_text(json.dumps({"type": "Feature", "properties": told, "geometry": shape}))
    return path


async def test_from_an_import_to_stations_by_kilometre(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    store = choose_store(settings)
    places = {"s/1": (38.2, 112.71), "s/2": (38.6, 112.69), "s/3": (38.6, 113.5)}
    await store.put("s", [station(station_id, place) for station_id, place in places.items()])
    await store.close()
    app = build_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://finder") as client,
    ):

        async def ask(query: str) -> Any:
            answer = await client.post("/graphql", json={"query": query})
            return answer.json()

        shipped = (await ask("{ roads { id approximate accuracyM } }"))["data"]["roads"]
        assert {"huanghe-1", "changcheng-1", "taihang-1", "g55", "s40", "g1812"} == {each["id"] for each in shipped}
        assert all(each["approximate"] and each["accuracyM"] >= 8_000 for each in shipped)
        refused = await ask(ALONG.replace("MAX", "3000"))
        assert refused["errors"][0]["extensions"]["code"] == "OFFSET_BELOW_ACCURACY"

        roads = choose_roads(settings)
        (kept,) = await import_roads(drawn(tmp_path), Wishes(), roads)
        await roads.close()
        assert (kept.id, kept.version) == ("g55", 1)

        for _ in range(150):
            if "errors" not in (answer := await ask(ALONG.replace("MAX", "3000"))):
                break
            await asyncio.sleep(0.2)
        told = answer["data"]["stationsAlongRoad"]
        assert told["road"] == {"version": 1, "approximate": False, "accuracyM": 12}
        first, second = told["edges"]
        assert (first["node"]["id"], first["side"]) == ("s/1", "RIGHT")
        assert (second["node"]["id"], second["side"]) == ("s/2", "LEFT")
        assert first["km"] == pytest.approx(322.2, abs=0.1)
        assert second["km"] == pytest.approx(366.6, abs=0.1)
