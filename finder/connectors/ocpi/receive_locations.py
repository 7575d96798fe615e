"""Locations and tariffs that the operator pushes: PUT replaces, PATCH merges into what was last told."""

from collections.abc import Callable
from typing import Any

from finder.connectors.ocpi.catalogue import Catalogue, same
from finder.connectors.ocpi.envelope import UNKNOWN_LOCATION
from finder.connectors.ocpi.locations import Hidden, map_location
from finder.connectors.ocpi.statuses import MAX_EVSES, observe, there
from finder.connectors.ocpi.taught import Call, Taught, checked, no_method, not_found, of_party, wrong
from finder.connectors.ocpi.told import Kind, older
from finder.connectors.ocpi.values import Object, identifier, native_id, objects, refuse
from finder.errors import BadInput
from finder.stations.model import SourceId

_EMPTY_YET = "STATION_WITHOUT_CONNECTORS"  # a Location whose EVSEs are still to come
_LIVE = frozenset({"status", "last_updated", "status_schedule", "uid", "country_code", "party_id"})
_STALE = "比已知的更旧，未作更改 / older than what is known: nothing was changed"
_NAMES = ("id", "uid", "id")
_LISTS = ("evses", "connectors")


class LocationsDesk:
    """Answers /locations/{country}/{party}/{location}[/{evse}[/{connector}]]."""

    def __init__(self, source: SourceId, catalogue: Catalogue) -> None:
        self._source, self._catalogue = source, catalogue

    async def serve(self, call: Call) -> Taught:
        """GET, PUT or PATCH; a removed EVSE has the status REMOVED."""
        ids = of_party(call, 3)
        if call.method == "GET":
            return await self._get(ids)
        if call.method not in ("PUT", "PATCH"):
            no_method()
        body = call.body(("Location", "EVSE", "Connector")[len(ids) - 1])
        whole = call.method == "PUT"
        checked(call, body, _NAMES[len(ids) - 1], ids[-1], whole=whole)
        before, after = await self._catalogue.told.change(
            Kind.LOCATION, ids[0], self._merge(call, ids, body, whole=whole)
        )
        if after is before or after is None:
            return Taught(message=_STALE)
        return await self._taught(call, ids, body, before, after)

    async def _get(self, ids: tuple[str, ...]) -> Taught:
        found: Object | None = await self._catalogue.told.get(Kind.LOCATION, ids[0])
        for name, key, each in zip(_LISTS, _NAMES[1:], ids[1:], strict=False):
            found = None if found is None else _named(found, name, key, each)
        if found is None:
            not_found(UNKNOWN_LOCATION)
        return Taught(found)

    def _merge(
        self, call: Call, ids: tuple[str, ...], body: dict[str, Any], *, whole: bool
    ) -> Callable[[dict[str, Any] | None], dict[str, Any] | None]:
        def how(known: dict[str, Any] | None) -> dict[str, Any] | None:
            if known is None and not (whole and len(ids) == 1):
                not_found(UNKNOWN_LOCATION)
            owner = {"country_code": call.parts[0], "party_id": call.parts[1]} if known is None else {}
            merged = _merged(known or {}, ids, {**owner, **body} if len(ids) == 1 else body, whole=whole)
            if merged is None:
                return known
            try:
                map_location(merged, self._catalogue.origin(call.now))
            except Hidden:
                pass
            except BadInput as bad:
                if bad.code != _EMPTY_YET:
                    raise
            return merged

        return how

    async def _taught(
        self, call: Call, ids: tuple[str, ...], body: Object, before: Object | None, after: dict[str, Any]
    ) -> Taught:
        page = await self._catalogue.page([after], call.now)
        stations = page.stations
        # A flip of status must not make the index work: only what else changed is a change of the station.
        if before is not None and stations and len(ids) == 2 and set(body) <= _LIVE:
            old = await self._catalogue.page([before], call.now)
            if old.stations and same(old.stations[0], stations[0]):
                stations = []
        refused = [each for each in page.refused if each.code != _EMPTY_YET]
        evses = there(after)[0] if page.stations else []
        if len(ids) > 1:
            evses = [evse for evse in evses if native_id(evse, "uid").lower() == ids[1].lower()]
        told_status = len(ids) < 3 and (len(ids) == 1 or "status" in body)
        return Taught(
            http_status=201 if before is None else 200,
            observations=observe(after, evses, self._source, call.now) if told_status else (),
            stations=stations,
            removed=page.removed,
            refused=refused,
        )


def _merged(known: dict[str, Any], ids: tuple[str, ...], body: dict[str, Any], *, whole: bool) -> dict[str, Any] | None:
    """The Location with this object in its place; None where what is known of it is newer."""
    if len(ids) == 1:
        if known and older(body, known):
            return None
        return dict(body) if whole else {**known, **body}
    child = _merged_child(known, 0, ids[1:], body, whole=whole)
    return None if child is None else _newer(child, body)


def _merged_child(
    parent: dict[str, Any], level: int, ids: tuple[str, ...], body: dict[str, Any], *, whole: bool
) -> dict[str, Any] | None:
    name, key = _LISTS[level], _NAMES[level + 1]
    children = objects(parent, name)
    at = next((n for n, each in enumerate(children) if native_id(each, key).lower() == ids[0].lower()), None)
    if len(ids) > 1:
        if at is None:
            not_found(UNKNOWN_LOCATION)
        within = _merged_child(children[at], level + 1, ids[1:], body, whole=whole)
        if within is None:
            return None
        children[at] = _newer(within, body)
        return {**parent, name: children}
    if at is None:
        if not whole:
            not_found(UNKNOWN_LOCATION)
        if len(children) >= MAX_EVSES:
            refuse("TOO_MANY_EVSES", f"{name} 超过 {MAX_EVSES} 个", f"more than {MAX_EVSES} {name}")
        return {**parent, name: [*children, {key: identifier(body, key), **body}]}
    if older(body, children[at]):
        return None
    children[at] = dict(body) if whole else {**children[at], **body}
    return {**parent, name: children}


def _newer(parent: dict[str, Any], body: Object) -> dict[str, Any]:
    """A parent is as new as the newest of its children."""
    return parent if older(body, parent) else {**parent, "last_updated": body["last_updated"]}


def _named(parent: Object, name: str, key: str, object_id: str) -> Object | None:
    return next((each for each in objects(parent, name) if native_id(each, key).lower() == object_id.lower()), None)


class TariffsDesk:
    """Answers /tariffs/{country}/{party}/{tariff}."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    async def serve(self, call: Call) -> Taught:
        """GET, PUT or DELETE."""
        (tariff_id,) = of_party(call, 1)
        told = self._catalogue.told
        if call.method == "GET":
            found = await told.get(Kind.TARIFF, tariff_id)
            if found is None:
                not_found()
            return Taught(found)
        if call.method == "PUT":
            body = call.body("Tariff")
            checked(call, body, "id", tariff_id, whole=True)
            if not objects(body, "elements") or not isinstance(body.get("currency"), str):
                wrong("缺少 currency 或 elements", "currency or elements are missing")
            before, after = await told.change(
                Kind.TARIFF, tariff_id, lambda known: known if known is not None and older(body, known) else dict(body)
            )
            if after is before:
                return Taught(message=_STALE)
        elif call.method == "DELETE":
            before, _ = await told.change(Kind.TARIFF, tariff_id, lambda _: None)
            if before is None:
                not_found()
        else:
            no_method()
        stations = await self._catalogue.repriced(tariff_id, call.now)
        return Taught(http_status=201 if before is None else 200, stations=stations)
