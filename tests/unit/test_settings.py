from pathlib import Path

import pytest

from finder.cities import load_city
from finder.errors import BadInput, SettingsError
from finder.kernel.geo import Point
from finder.settings import load_settings
from finder.stations.places import Gazetteer, Place


def test_no_secret_has_a_default() -> None:
    settings = load_settings()
    assert settings.metrics_token is None
    assert settings.operators_file is None
    assert settings.store_url.get_secret_value() == ""


def test_a_password_in_a_url_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINDER_STORE_URL", "postgresql://finder:hunter2@db/finder")
    assert "hunter2" not in repr(load_settings())


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "65536"), ("PORT", "x"), ("LOG_LEVEL", "loud"), ("PRACTICE_SPEED", "0")]
)
def test_a_wrong_variable_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"FINDER_{name}", value)
    with pytest.raises(SettingsError, match=f"FINDER_{name}"):
        load_settings()


def test_the_port_at_its_limit_and_from_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINDER_PORT", "65535")
    assert load_settings().port == 65535
    assert load_settings(port=0).port == 0


def test_others_reach_us_by_an_address_that_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINDER_HOST", "0.0.0.0")
    assert load_settings(port=81).base_url == "http://127.0.0.1:81"
    monkeypatch.setenv("FINDER_PUBLIC_URL", "https://charge.example/")
    assert load_settings().base_url == "https://charge.example"


def test_a_city_is_a_file(tmp_path: Path) -> None:
    assert load_city("xinzhou").name == "忻州"
    mine = tmp_path / "mine.toml"
    mine.write_text('id="m"\nname="某"\nname_en="M"\ntitle="t"\ntitle_en="t"\n[centre]\nlat=1.0\nlon=2.0\n')
    assert load_city(str(mine)).centre == Point(1, 2)
    mine.write_text("id = 3")
    for wrong in (str(mine), "atlantis"):
        with pytest.raises(SettingsError, match="FINDER_CITY"):
            load_city(wrong)


PLACES = Gazetteer(
    [
        Place("忻州市", "Xinzhou", Point(38.4, 112.7), "CITY", 500_000, ("忻州市", "xinzhoushi", "xzs", "xinzhou")),
        Place("五台县", "Taicheng", Point(38.7, 113.2), "COUNTY", 0, ("五台县", "wutaixian", "wtx", "taicheng")),
    ]
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("忻", ["忻州市"]),
        ("xz", ["忻州市"]),
        ("Wu Tai", ["五台县"]),
        ("台", ["五台县"]),
        ("tai", ["五台县"]),
        ("北京", []),
    ],
)
def test_places_are_found_by_name_pinyin_and_initials(text: str, names: list[str]) -> None:
    assert [p.name for p in PLACES.search(text)] == names


@pytest.mark.parametrize(("text", "first"), [("", 10), (" ", 10), ("忻" * 65, 10), ("忻", 0), ("忻", 51)])
def test_a_place_search_past_its_limits_is_refused(text: str, first: int) -> None:
    with pytest.raises(BadInput, match="PLACE_SEARCH"):
        PLACES.search(text, first)
    assert PLACES.search("忻" * 64, 50) == []
