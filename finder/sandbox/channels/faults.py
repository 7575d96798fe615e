"""Faults to switch on at a practice channel, while it runs."""

from enum import StrEnum

import msgspec


class BillLie(StrEnum):
    """How a bill differs from what was done; it strikes the first row."""

    MISSING_ROW = "missing_row"
    EXTRA_ROW = "extra_row"
    OTHER_AMOUNT = "other_amount"
    TWICE = "twice"


class ChannelFaults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is wrong at the moment; the default is nothing."""

    busy: bool = False  # refuses for now, with nothing done
    broken: bool = False  # HTTP 500, with nothing done
    silent: bool = False  # no answer, and nothing is done
    hangs_after: bool = False  # what is asked is done, and no answer comes
    breaks_after: bool = False  # what is asked is done, and the answer is HTTP 500
    bad_signature: bool = False  # of answers
    unsigned: bool = False
    wrong_fen: int = 0  # added to the amounts of answers and notices
    garbage: bool = False  # an answer that is signed and no JSON
    refused_queries: bool = False
    collecting: bool = False  # captures are taken in and stay unpaid
    refused_splits: bool = False  # a split ends FINISHED, its receiver CLOSED
    abnormal_refunds: bool = False
    missing_notices: bool = False
    duplicate_notices: bool = False
    out_of_order_notices: bool = False  # the newest is sent first
    probe_notices: bool = False  # each notice follows one whose signature is a probe
    bad_notices: bool = False  # every notice is signed wrongly
    bill_torn: bool = False  # the file ends too early
    bill_elsewhere: bool = False  # its address is not the channel's
    bill_lies: tuple[BillLie, ...] = ()

    def __post_init__(self) -> None:
        if not -1_000_000 <= self.wrong_fen <= 1_000_000:
            raise ValueError("wrong_fen must be -1000000 to 1000000")


NONE = ChannelFaults()
