"""Files of every kind: what is taken, what is refused and why, and a repeat that changes nothing."""

import gzip
import io
import json
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from finder.errors import BadInput
from finder.federation.imports.model import MAX_PORTS, ImportReport, Kind
from finder.federation.imports.take import import_file
from finder.stations.model import ConnectorType, Current, Station
from finder.stations.sql import SqlStore
from finder.storage.database import Database

OCPI = {
    "id": "L1",
    "publish": True,
    "country_code": "NL",
    "party_id": "ABC",
    "name": "Depot",
    "coordinates": {"latitude": "52.1", "longitude": "4.9"},
    "evses": [
        {
            "uid": "E1",
            "status": "AVAILABLE",
            "connectors": [
                {"id": "1", "standard": "IEC_62196_T2_COMBO", "power_type": "DC", "max_electric_power": 150000},
                {"id": "2", "standard": "CHADEMO", "power_type": "DC", "max_voltage": 500, "max_amperage": 100},
            ],
        },
        {"uid": "E2", "status": "REMOVED", "connectors": [{"id": "1", "standard": "GBT_DC"}]},
    ],
    "opening_times": {"twentyfourseven": True},
}
OCM = {
    "ID": 7,
    "UUID": "u",
    "AddressInfo": {"Title": "Depot", "Latitude": 52.1, "Longitude": 4.9, "Country": {"ISOCode": "NL"}},
    "Connections": [{"ID": 1, "ConnectionTypeID": 1040, "PowerKW": 120, "Quantity": 2}],
    "StatusTypeID": 50,
}
AFDC_HEAD = (
    "Fuel Type Code,Station Name,Latitude,Longitude,ID,EV Level1 EVSE Num,EV Level2 EVSE Num,EV DC Fast Count,"
    "EV Network,Status Code,Access Code"
)
CSV_HEAD = "source,source_id,name,lat,lon,datum,country,ports,power_kw,fast,operator,status"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    store = SqlStore(Database(f"sqlite:///{tmp_path / 's.sqlite3'}"))
    yield store
    await store.close()


async def kept(store: SqlStore) -> dict[str, Station]:
    return {c.station_id: c.station async for batch in store.since(0) for c in batch if c.station is not None}


async def take(store: SqlStore, path: Path, content: str | bytes, **how: Any) -> ImportReport:
    path.write_bytes(content.encode() if isinstance(content, str) else content)  # noqa: ASYNC240 - a test's own file
    return await import_file(path, store, **how)


@pytest.mark.parametrize(
    "wrap", [lambda x: [x], lambda x: {"data": [x], "status_code": 1000}, lambda x: {"locations": [x]}]
)
async def test_ocpi_locations_bare_enveloped_and_named(store: SqlStore, tmp_path: Path, wrap: Any) -> None:
    report = await take(store, tmp_path / "ocpi_locations-abc.json", "\ufeff" + json.dumps(wrap(OCPI)))
    assert (report.kind, report.added, report.refused) == (Kind.OCPI, 1, [])
    station = (await kept(store))["ocpi-abc/L1"]
    assert [[(c.type, c.current, c.power_kw) for c in e.connectors] for e in station.evses] == [
        [(ConnectorType.CCS2, Current.DC, 150.0), (ConnectorType.CHADEMO, Current.DC, 50.0)]
    ]
    assert station.hours is not None
    assert station.hours.open_at(0)


async def test_open_charge_map_counts_its_quantities(store: SqlStore, tmp_path: Path) -> None:
    report = await take(store, tmp_path / "poi.json", json.dumps([OCM]))
    assert (report.kind, report.added) == (Kind.OPEN_CHARGE_MAP, 1)
    station = (await kept(store))["ocm/7"]
    assert [e.connectors[0].type for e in station.evses] == [ConnectorType.GBT_DC] * 2
    assert {e.connectors[0].power_kw for e in station.evses} == {120.0}


async def test_afdc_ports_become_evses(store: SqlStore, tmp_path: Path) -> None:
    rows = [AFDC_HEAD, "ELEC,Depot,40.1,-105.2,11,,2,1,ChargePoint,E,public", "LPG,Gas,40,-105,12,,,,,E,public"]
    report = await take(store, tmp_path / "alt_fuel_stations.csv", "\n".join(rows))
    assert (report.kind, report.added, report.refused_by_code) == (Kind.AFDC, 1, {"OTHER_FUEL": 1})
    assert len((await kept(store))["afdc/11"].evses) == 3


async def test_the_german_register_behind_its_preamble(store: SqlStore, tmp_path: Path) -> None:
    text = (
        "Ladesäulenregister;;\nStand 2026;;\n"
        "Ladeeinrichtungs-ID;Betreiber;Straße;Ort;Breitengrad;Längengrad;Anzahl Ladepunkte;Steckertypen1;P1 [kW]\n"
        "1001;Stadtwerke;Weg 1;Bonn;50,73;7,1;1;DC Kupplung Combo;150\n"
    )
    report = await take(store, tmp_path / "register.csv", text.encode("cp1252"))
    assert (report.kind, report.added, report.refused) == (Kind.BNETZA, 1, [])
    (station,) = (await kept(store)).values()
    assert station.evses[0].connectors[0].type is ConnectorType.CCS2
    assert station.evses[0].connectors[0].power_kw == 150


async def test_each_bad_row_is_refused_alone_with_its_line_and_reason(store: SqlStore, tmp_path: Path) -> None:
    rows = [
        CSV_HEAD,
        "A,1,Good,22.5,114.0,WGS84,CN,4,,,,",
        "A,2,Off the earth,91,114,WGS84,CN,4,,,,",
        "A,3,Not a number,nan,114,WGS84,CN,4,,,,",
        "A,4,No ports,22.5,114,WGS84,CN,0,,,,",
        "A,5,Minus,22.5,114,WGS84,CN,4,-60,,,",
        f"A,6,At the limit,22.6,114.1,WGS84,CN,{MAX_PORTS},,,,",
        f"A,7,One past it,22.6,114.2,WGS84,CN,{MAX_PORTS + 1},,,,",
        "A,8,No place,,,WGS84,CN,1,,,,",
        "A,1,Good again,22.7,114.3,WGS84,CN,2,,,,",
    ]
    report = await take(store, tmp_path / "mine.csv", "\n".join(rows))
    assert report.read == 9
    assert [r.native_id for r in report.refused] == ["2", "3", "4", "5", "7", "8"]
    assert all(r.where.endswith(f"line {n}") for r, n in zip(report.refused, (3, 4, 5, 6, 8, 9), strict=True))
    assert all(r.zh and r.en and r.code for r in report.refused)
    assert len(report.duplicates) == 1
    stations = await kept(store)
    assert sorted(stations) == ["a/1", "a/6"]
    assert stations["a/1"].name == "Good again"  # the last of an id counts


async def test_a_repeat_changes_nothing_and_a_correction_only_itself(store: SqlStore, tmp_path: Path) -> None:
    rows = [CSV_HEAD, *(f"A,{n},Station {n},22.5,{114 + n / 100},WGS84,CN,4,,,," for n in range(50))]
    assert (await take(store, tmp_path / "mine.csv", "\n".join(rows))).added == 50
    revision = await store.revision()
    again = await take(store, tmp_path / "mine.csv", "\n".join(rows))
    assert (again.added, again.changed, again.unchanged) == (0, 0, 50)
    assert await store.revision() == revision
    rows[3] = rows[3].replace("Station 2", "Station Two")
    third = await take(store, tmp_path / "mine.csv", "\n".join(rows))
    assert (third.added, third.changed, third.unchanged) == (0, 1, 49)


async def test_packed_files_are_unpacked(store: SqlStore, tmp_path: Path) -> None:
    body = f"{CSV_HEAD}\nA,1,Good,22.5,114.0,WGS84,CN,4,,,,\n".encode()
    assert (await take(store, tmp_path / "mine.csv.gz", gzip.compress(body))).added == 1
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in (("a/mine.csv", body), ("../ocpi_locations-x.json", json.dumps([OCPI]).encode())):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    report = await take(store, tmp_path / "all.tar.gz", packed.getvalue())
    assert (report.added, report.unchanged) == (1, 1)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("x.csv", "colour,shape\nred,round\n", "FILE_KIND"),
        ("x.json", '{"data": [{"evses"', "FILE_UNREADABLE"),
        ("x.xlsx", b"PK\x03\x04", "FILE_KIND"),
    ],
)
async def test_a_file_of_no_known_kind_says_what_is_known(
    store: SqlStore, tmp_path: Path, name: str, content: str | bytes, code: str
) -> None:
    with pytest.raises(BadInput) as refused:
        await take(store, tmp_path / name, content)
    assert refused.value.code == code
    assert await store.revision() == 0


async def test_a_source_that_would_break_ids_is_refused(store: SqlStore, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="SOURCE_ID"):
        await take(store, tmp_path / "mine.csv", CSV_HEAD, source="a/b")
