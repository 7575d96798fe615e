"""Faults to switch on at a practice operator, while it runs."""

from enum import StrEnum

import msgspec

from finder.sandbox.planted import Planted


class Lie(StrEnum):
    """Something untrue in a catalogue, a status or a push."""

    NEGATIVE_POWER = "negative_power"
    ZERO_COORDINATES = "zero_coordinates"
    OUTSIDE_THE_WORLD = "outside_the_world"
    NAN_COORDINATES = "nan_coordinates"
    CONNECTORLESS = "connectorless"
    DUPLICATE_IDS = "duplicate_ids"
    UNKNOWN_STATUS = "unknown_status"
    FUTURE = "future"  # pushes are stamped ten minutes ahead, POIs were verified next year
    ITEM_SIZE = "item_size"
    STRANGER = "stranger"  # a status of a station that nobody asked for


class SessionFault(StrEnum):
    """Something wrong with charging sessions, at one operator."""

    UNPLUGGED = "unplugged"  # query_equip_auth finds no car
    START_REJECTED = "start_rejected"
    START_TIMES_OUT = "start_times_out"  # the car charges, and query_start_charge is never answered
    START_UNREPORTED = "start_unreported"  # the car charges, and no start result is pushed
    NEVER_CHARGES = "never_charges"  # SuccStat 0 with Stat 1, and then nothing for ever
    STOP_LOST = "stop_lost"  # SuccStat 0, and the car goes on
    STOP_TIMES_OUT = "stop_times_out"  # the car stops, and query_stop_charge is never answered
    STATUS_AFTER_END = "status_after_end"  # 'charging', after the stop result and the bill
    BILL_NEVER = "bill_never"
    BILL_LATE = "bill_late"  # ten minutes after the end
    BILL_TWICE = "bill_twice"  # the same content under another Seq
    BILL_CHANGES = "bill_changes"  # a second one under the same number asks for a fen more
    BILL_WRONG_TOTAL = "bill_wrong_total"  # a yuan more than its parts
    BILL_BEFORE_STOP = "bill_before_stop"
    BILL_OTHER_CONNECTOR = "bill_other_connector"
    SERIAL_LENGTH = "serial_length"  # StartChargeSeq with 26 characters, in answers and pushes


class Faults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is wrong at the moment; the default is nothing.

    The lies about records strike the first station of each page or answer, so that the rest can be seen to pass.
    """

    slow_s: float = 0.0  # before each answer
    errors: float = 0.0  # share of requests answered with 500, evenly spread
    busy: bool = False  # Ret -1
    refuses: bool = False  # a practice provider of identity vouches for nobody
    bad_signature: bool = False
    garbage: bool = False  # an answer that is no JSON
    huge: bool = False  # an answer of 16 MiB
    redirects: bool = False
    silent: bool = False  # no answer, and no pushes
    stale_s: float = 0.0  # status stands still, and pushes are stamped so long ago
    forgets_tokens: bool = False  # every token is refused once more
    duplicate_pages: bool = False
    endless_pages: bool = False
    out_of_order: bool = False  # each push is followed by the older news that it replaces
    repeat_pushes: bool = False  # each push is sent twice, byte for byte
    lies: tuple[Lie, ...] = ()
    sessions: tuple[SessionFault, ...] = ()
    planted: tuple[Planted, ...] = ()  # what the conformance kit must find, see planted.py

    def __post_init__(self) -> None:
        if not (0 <= self.slow_s <= 3600 and 0 <= self.errors <= 1 and 0 <= self.stale_s <= 86_400):
            raise ValueError("slow_s must be 0 to 3600, errors 0 to 1, stale_s 0 to 86400")


NONE = Faults()
