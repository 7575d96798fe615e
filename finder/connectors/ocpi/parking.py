"""Parking, new in OCPI 2.3.0: the space that belongs to an EVSE, and its limits in words."""

from collections.abc import Iterator

from finder.connectors.ocpi.values import Object, enumeration, number, objects


def space_of(evse: Object, location: Object) -> Object:
    """The first Parking that an EVSE refers to; empty where there is none."""
    ids = [link.get("parking_id") for link in objects(evse, "parking")]
    return next((space for space in objects(location, "parking_places") if space.get("id") in ids), {})


def roofed(location: Object) -> bool:
    """Whether every space is said to have a roof."""
    spaces = objects(location, "parking_places")
    return bool(spaces) and all(space.get("roofed") is True for space in spaces)


def parking_words(location: Object) -> str | None:
    """What a driver has to know of the spaces, each once; None where nothing is said."""
    found = list(dict.fromkeys(said for space in objects(location, "parking_places") for said in _words(space)))
    return "；".join(found[:6]) or None


def _words(space: Object) -> Iterator[str]:
    if minutes := number(space.get("time_limit")):
        yield f"限停 {minutes:g} 分钟"
    if height := number(space.get("max_vehicle_height")):
        yield f"限高 {height / 100:g} 米"
    if length := number(space.get("max_vehicle_length")):
        yield f"限长 {length / 100:g} 米"
    if weight := number(space.get("max_vehicle_weight")):
        yield f"限重 {weight / 1000:g} 吨"
    if space.get("reservation_required") is True:
        yield "须预约车位"
    if space.get("drive_through") is True:
        yield "可直行通过"
    kinds = {enumeration(kind) for kind in space.get("vehicle_types") or () if isinstance(kind, str)}
    if "DISABLED" in kinds:
        yield "有无障碍车位"
