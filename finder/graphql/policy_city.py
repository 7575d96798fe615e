"""The rows of what officials see and do: the books, cases at city management, the network."""

from collections.abc import Mapping

from finder.graphql.standing import (
    ADMINISTRATORS,
    OFFICIAL,
    OPEN,
    SETTLED_WITH,
    SUPERVISING,
    SUPERVISORS,
    TOLD_OF_PILES,
    Row,
)

_CASE = (
    *("id", "kind", "what", "stationId", "stationName", "location", "evseId", "evidence", "openedAt", "deadline"),
    *("state", "overdue", "sentAt", "acceptedAt", "answeredAt", "lookedAt", "closedAt", "closedBy", "answer", "text"),
    *("reference", "note", "trouble"),
)
_EVSE_COUNT = (
    *("stations", "evses", "available", "charging", "occupied", "blocked", "reserved", "faulted", "offline"),
    *("unknown", "stale", "told", "usableShare", "toldShare", "oldestAt", "kw", "kwEvses", "ratedKw"),
)
_PICTURE = ("at", "whole", "lines", "counties", "operators", "total", "alarms")
_DEAD_PILE = (
    *("evseId", "station", "operator", "county", "kind", "since", "toldAt", "freeDays", "usedAt", "failedStarts"),
    *("deadSince", "leavesAt"),
)
_ALARM = (
    *("id", "kind", "state", "operator", "county", "bays", "evses", "firstAt", "lastAt", "raisedAt", "endedAt"),
    *("code", "text", "acknowledgedBy", "acknowledgedAt", "done"),
)
_PICTURE_OPERATOR = (
    *("id", "name", "practice", "score", "freshness", "completeness", "consistency", "findings", "failing", "count"),
)


def _watched(type_name: str, *fields: str) -> Mapping[str, Row]:
    return {f"{type_name}.{field}": SUPERVISING for field in fields}


CITY: Mapping[str, Row] = {
    # What was handed over to city management.
    "Query.cases": SUPERVISORS,
    "Query.casesCsv": SUPERVISORS,
    "Mutation.closeCase": SUPERVISORS,
    "CaseConnection.nodes": SUPERVISORS,
    "CaseConnection.pageInfo": SUPERVISORS,
    **dict.fromkeys((f"Case.{name}" for name in _CASE), SUPERVISORS),
    **dict.fromkeys((f"CaseEvidence.{name}" for name in ("by", "seen", "sensor", "photos")), SUPERVISORS),
    # The books.
    "Query.differences": OFFICIAL,
    "Mutation.decideDifference": ADMINISTRATORS,
    "DifferenceConnection.nodes": OFFICIAL,
    "DifferenceConnection.pageInfo": OFFICIAL,
    "Difference.id": OFFICIAL,
    "Difference.kind": OFFICIAL,
    "Difference.entry": OFFICIAL,
    "Difference.channel": OFFICIAL,
    "Difference.operator": OFFICIAL,
    "Difference.order": OFFICIAL,
    "Difference.ref": OFFICIAL,
    "Difference.day": OFFICIAL,
    "Difference.channelFen": OFFICIAL,
    "Difference.ledgerFen": OFFICIAL,
    "Difference.operatorFen": OFFICIAL,
    "Difference.raw": OFFICIAL,
    "Difference.raisedAt": OFFICIAL,
    "Difference.decision": OFFICIAL,
    "Difference.decidedBy": OFFICIAL,
    "Difference.decidedAt": OFFICIAL,
    "Difference.note": OFFICIAL,
    "Difference.allowed": OFFICIAL,
    # The network.
    **_watched("Query", "livePicture", "alarms"),
    "Mutation.acknowledgeAlarm": SUPERVISORS,
    **_watched("Subscription", "livePictureChanged"),
    "Query.deadPiles": TOLD_OF_PILES,  # of one's own operator, which the resolver sees to
    # Reached through these alone.
    **dict.fromkeys((f"DeadPile.{name}" for name in _DEAD_PILE), OPEN),
    **dict.fromkeys((f"Alarm.{name}" for name in _ALARM), OPEN),
    **dict.fromkeys((f"LivePicture.{name}" for name in _PICTURE), OPEN),
    **dict.fromkeys((f"PictureLine.{name}" for name in ("county", "operator", "count")), OPEN),
    **dict.fromkeys((f"PictureCounty.{name}" for name in ("code", "name", "seat", "count")), OPEN),
    **dict.fromkeys((f"PictureOperator.{name}" for name in _PICTURE_OPERATOR), OPEN),
    **dict.fromkeys((f"EvseCount.{name}" for name in _EVSE_COUNT), OPEN),
    "Query.statement": SETTLED_WITH,  # of one's own operator, which the resolver sees to
    "Statement.operator": SETTLED_WITH,
    "Statement.since": SETTLED_WITH,
    "Statement.until": SETTLED_WITH,
    "Statement.provisional": SETTLED_WITH,
    "Statement.sessions": SETTLED_WITH,
    "Statement.kwh": SETTLED_WITH,
    "Statement.opening": SETTLED_WITH,
    "Statement.billed": SETTLED_WITH,
    "Statement.revised": SETTLED_WITH,
    "Statement.fee": SETTLED_WITH,
    "Statement.commission": SETTLED_WITH,
    "Statement.settled": SETTLED_WITH,
    "Statement.adjusted": SETTLED_WITH,
    "Statement.net": SETTLED_WITH,
    "Statement.closing": SETTLED_WITH,
    "Statement.captured": SETTLED_WITH,
    "Statement.refunded": SETTLED_WITH,
    "Statement.split": SETTLED_WITH,
    "Statement.openItems": SETTLED_WITH,
    "Statement.differences": SETTLED_WITH,
    "Statement.digest": SETTLED_WITH,
    "Statement.csv": SETTLED_WITH,
    "Statement.pdf": SETTLED_WITH,
}
