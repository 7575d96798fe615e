"""Faults for the conformance kit to find: each is switched on at a practice operator and names the rule it breaks.

Those of `SESSION` strike a charge that the kit really starts. Those of `DESK` need days or many bills, and are planted
into what the desk was told of them.
"""

from dataclasses import dataclass
from enum import StrEnum

_STATIONS, _STATUS, _CHARGE = "query_stations_info", "query_station_status", "query_equip_charge_status"
_BILL = "notification_charge_order_info"


class Planted(StrEnum):
    """One fault."""

    PAGE_REPEATS = "page_repeats"
    PAGE_GAP = "page_gap"
    PAGE_ITEM_SIZE = "page_item_size"
    PAGE_BEYOND = "page_beyond"
    PAGE_OVER_SIZE = "page_over_size"
    SIGNATURE_LOWER = "signature_lower"
    SIGNATURE_PLAIN = "signature_plain"  # over less than the protocol says
    SIGNATURE_WRONG = "signature_wrong"
    TOKEN_LIES = "token_lies"  # noqa: S105 - a fault's name
    GBK = "gbk"
    TRUNCATED = "truncated"
    TEXT_HTML = "text_html"
    SLOW = "slow"
    DUPLICATE_STATION = "duplicate_station"
    DUPLICATE_CONNECTOR = "duplicate_connector"
    IDS_CHANGE = "ids_change"
    SHRINKS = "shrinks"
    CHANGES_IGNORED = "changes_ignored"
    CONNECTORLESS = "connectorless"
    WATTS = "watts"
    NEGATIVE_POWER = "negative_power"
    ZERO_PLACE = "zero_place"
    OFF_EARTH = "off_earth"
    SWAPPED_AXES = "swapped_axes"
    OTHER_CITY = "other_city"
    WRONG_AREA = "wrong_area"
    WGS84_AS_GCJ02 = "wgs84_as_gcj02"
    GCJ02_AS_WGS84 = "gcj02_as_wgs84"
    NO_NAME = "no_name"
    NULL_NAME = "null_name"
    HTML = "html"
    PARKING = "parking"
    HOURS = "hours"
    FEN = "fen"
    TENFOLD = "tenfold"
    ZERO_PRICE = "zero_price"
    TARIFF_GAP = "tariff_gap"
    TARIFF_OVERLAP = "tariff_overlap"
    STATUS_SWAPPED = "status_swapped"
    STATUS_MISSING = "status_missing"
    STATUS_STRANGER = "status_stranger"
    STATUS_CODE = "status_code"
    PUSH_ZONE = "push_zone"
    PUSH_FUTURE = "push_future"
    PUSH_OLD = "push_old"
    PUSH_SECONDS = "push_seconds"
    PUSH_ORDER = "push_order"
    PUSH_AS_NEW = "push_as_new"
    PUSH_COPIED = "push_copied"
    KWH_NEGATIVE = "kwh_negative"
    KWH_ABSURD = "kwh_absurd"
    BILL_TOTAL = "bill_total"
    BILL_LINES = "bill_lines"
    BILL_PRICE = "bill_price"
    BILL_AGAIN = "bill_again"
    BILL_CHANGED = "bill_changed"
    BILL_NONE = "bill_none"
    BILL_SECONDS = "bill_seconds"
    BILL_ZONE = "bill_zone"
    START_AT_ONCE = "start_at_once"
    STOP_AFTER_END = "stop_after_end"
    REOPENED = "reopened"
    ENERGY_FALLS = "energy_falls"
    FREE_WHILE_CHARGING = "free_while_charging"


class Level(StrEnum):
    """Where a fault is planted."""

    WIRE = "WIRE"  # in what the practice operator answers
    PUSH = "PUSH"  # in what it pushes
    SESSION = "SESSION"  # in what it answers and pushes of a charge
    DESK = "DESK"  # in what the desk was told


@dataclass(frozen=True, slots=True)
class Plant:
    """A fault, the rule that must find it, where it is planted and at which operator."""

    fault: Planted
    rule: str
    level: Level = Level.WIRE
    operator: str = "jinbei"
    interface: str = _STATIONS


def _desk(fault: Planted, rule: str, interface: str = _BILL) -> Plant:
    return Plant(fault, rule, Level.DESK, interface=interface)


def _session(fault: Planted, rule: str, interface: str) -> Plant:
    return Plant(fault, rule, Level.SESSION, interface=interface)


def _push(fault: Planted, rule: str) -> Plant:
    return Plant(fault, rule, Level.PUSH, interface="notification_stationStatus")


PLANTS: tuple[Plant, ...] = (
    Plant(Planted.PAGE_REPEATS, "PAGING_REPEATS"),
    Plant(Planted.PAGE_GAP, "PAGING_GAP"),
    Plant(Planted.PAGE_ITEM_SIZE, "PAGING_ITEM_SIZE"),
    Plant(Planted.PAGE_BEYOND, "PAGING_BEYOND"),
    Plant(Planted.PAGE_OVER_SIZE, "PAGING_OVER_SIZE"),
    Plant(Planted.SIGNATURE_LOWER, "SIGNATURE_CASE"),
    Plant(Planted.SIGNATURE_PLAIN, "SIGNATURE_OTHER_TEXT"),
    Plant(Planted.SIGNATURE_WRONG, "SIGNATURE_WRONG"),
    Plant(Planted.TOKEN_LIES, "TOKEN_LIES"),
    Plant(Planted.GBK, "NOT_UTF8"),
    Plant(Planted.TRUNCATED, "ANSWER_UNREADABLE"),
    Plant(Planted.TEXT_HTML, "CONTENT_TYPE"),
    Plant(Planted.SLOW, "TOO_SLOW"),
    Plant(Planted.DUPLICATE_STATION, "ID_DUPLICATE"),
    Plant(Planted.DUPLICATE_CONNECTOR, "ID_DUPLICATE"),
    Plant(Planted.IDS_CHANGE, "ID_UNSTABLE"),
    Plant(Planted.SHRINKS, "CATALOGUE_SHRINKS"),
    Plant(Planted.CHANGES_IGNORED, "CHANGES_IGNORED"),
    Plant(Planted.CONNECTORLESS, "NO_CONNECTORS"),
    Plant(Planted.WATTS, "POWER_IN_WATTS"),
    Plant(Planted.NEGATIVE_POWER, "POWER_NEGATIVE"),
    Plant(Planted.ZERO_PLACE, "PLACE_MISSING"),
    Plant(Planted.OFF_EARTH, "PLACE_OFF_EARTH"),
    Plant(Planted.SWAPPED_AXES, "PLACE_SWAPPED"),
    Plant(Planted.OTHER_CITY, "PLACE_OUTSIDE_CITY"),
    Plant(Planted.WRONG_AREA, "PLACE_NOT_IN_AREA"),
    Plant(Planted.WGS84_AS_GCJ02, "PLACE_DATUM"),
    Plant(Planted.GCJ02_AS_WGS84, "PLACE_DATUM", operator="yanmen"),
    Plant(Planted.NO_NAME, "NAME_EMPTY"),
    Plant(Planted.NULL_NAME, "NAME_PLACEHOLDER"),
    Plant(Planted.HTML, "HTML_IN_TEXT"),
    Plant(Planted.PARKING, "PARKING_UNREAD"),
    Plant(Planted.HOURS, "HOURS_UNREAD"),
    Plant(Planted.FEN, "PRICE_IN_FEN"),
    Plant(Planted.TENFOLD, "PRICE_TENFOLD"),
    Plant(Planted.ZERO_PRICE, "PRICE_ZERO"),
    Plant(Planted.TARIFF_GAP, "TARIFF_GAPS"),
    Plant(Planted.TARIFF_OVERLAP, "TARIFF_OVERLAPS"),
    Plant(Planted.STATUS_SWAPPED, "STATUS_SWAPPED", interface=_STATUS),
    Plant(Planted.STATUS_MISSING, "STATUS_MISSING", interface=_STATUS),
    Plant(Planted.STATUS_STRANGER, "STATUS_OF_UNKNOWN", interface=_STATUS),
    Plant(Planted.STATUS_CODE, "STATUS_CODE_UNKNOWN", interface=_STATUS),
    _push(Planted.PUSH_ZONE, "PUSH_TIME_ZONE"),
    _push(Planted.PUSH_FUTURE, "PUSH_IN_FUTURE"),
    _push(Planted.PUSH_OLD, "PUSH_TOO_OLD"),
    _push(Planted.PUSH_SECONDS, "PUSH_SECONDS_LOST"),
    _push(Planted.PUSH_ORDER, "PUSH_OUT_OF_ORDER"),
    _push(Planted.PUSH_AS_NEW, "PUSH_REPEATED_AS_NEW"),
    _push(Planted.PUSH_COPIED, "PUSH_COPIED"),
    _desk(Planted.KWH_NEGATIVE, "BILL_ENERGY_RANGE"),
    _desk(Planted.KWH_ABSURD, "BILL_ENERGY_ABSURD"),
    _session(Planted.BILL_TOTAL, "BILL_TOTAL", _BILL),
    _desk(Planted.BILL_LINES, "BILL_LINES"),
    _desk(Planted.BILL_PRICE, "BILL_PRICE"),
    _desk(Planted.BILL_AGAIN, "BILL_NEVER_CONFIRMED"),
    _session(Planted.BILL_CHANGED, "BILL_CHANGED", _BILL),
    _desk(Planted.BILL_NONE, "BILL_MISSING"),
    _desk(Planted.BILL_SECONDS, "BILL_SECONDS_LOST"),
    _desk(Planted.BILL_ZONE, "SESSION_TIME_ZONE"),
    _session(Planted.START_AT_ONCE, "START_CHARGING_AT_ONCE", _CHARGE),
    _session(Planted.STOP_AFTER_END, "STOP_AFTER_END", "query_stop_charge"),
    _session(Planted.REOPENED, "SESSION_REOPENED", "notification_equip_charge_status"),
    _session(Planted.ENERGY_FALLS, "SESSION_ENERGY_FALLS", _CHARGE),
    _session(Planted.FREE_WHILE_CHARGING, "STATUS_CONTRADICTS_SESSION", _STATUS),
)
