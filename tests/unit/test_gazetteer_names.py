"""What drivers call a place that GeoNames has by another name."""

from finder.cities import load_city
from finder.stations.places import Gazetteer


def test_the_mountain_is_found_by_its_name_by_its_pinyin_and_by_its_initials() -> None:
    city = load_city("xinzhou")
    places = Gazetteer.around(city.centre, city.places_within_km, city.also_called)
    for words in ("五台山", "wutaishan", "wts", "台怀"):
        assert "台怀镇" in [place.name for place in places.search(words)]
    assert set(city.also_called.values()) <= {place.name for place in places.places}
    assert Gazetteer.around(city.centre, city.places_within_km).search("五台山") == []
