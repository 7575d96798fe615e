"""Who may read or do what: one row for each field that is not of stations, enforced here for every transport.

A field without a row, or a type that is neither public nor personal, keeps the schema from being built.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from inspect import isawaitable
from typing import Any, NamedTuple

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, default_field_resolver

from finder.errors import Forbidden
from finder.graphql.moment import Context
from finder.identity.roles import Caller, Role


class Standing(StrEnum):
    """A role, or none: somebody without a session."""

    ANYONE = "ANYONE"
    DRIVER = Role.DRIVER.value
    OPERATOR_STAFF = Role.OPERATOR_STAFF.value
    SUPERVISOR = Role.SUPERVISOR.value
    AUDITOR = Role.AUDITOR.value
    ADMINISTRATOR = Role.ADMINISTRATOR.value


class Row(NamedTuple):
    """Who may ask for a field of what is one's own, and of what is another's.

    At a root, one's own is what the room finds for the caller; it never looks for another's.
    """

    own: frozenset[Standing]
    other: frozenset[Standing]


_ALL = frozenset(Standing)
_SIGNED_IN = _ALL - {Standing.ANYONE}
OPEN = Row(_ALL, _ALL)
MINE = Row(_SIGNED_IN, frozenset())
_OFFICIALS = frozenset({Standing.AUDITOR, Standing.ADMINISTRATOR})
OFFICIAL = Row(_OFFICIALS, _OFFICIALS)  # of the books, which are nobody's own
_SETTLED_WITH = _OFFICIALS | {Standing.OPERATOR_STAFF}
SETTLED_WITH = Row(_SETTLED_WITH, _SETTLED_WITH)
_SUPERVISORS = frozenset({Standing.SUPERVISOR, Standing.ADMINISTRATOR})
SUPERVISORS = Row(_SUPERVISORS, _SUPERVISORS)  # of what was handed over, which is nobody's own either
_HEARERS = frozenset({Standing.OPERATOR_STAFF, Standing.SUPERVISOR})
HEARD = Row(_HEARERS, _HEARERS)  # what drivers say in words; of one's own operator, which the room sees to
LAST_WORD = Row(frozenset({Standing.SUPERVISOR}), frozenset({Standing.SUPERVISOR}))
_SUPERVISING = _OFFICIALS | {Standing.SUPERVISOR}
SUPERVISING = Row(_SUPERVISING, _SUPERVISING)  # of the network, which is nobody's own
_TOLD_OF_PILES = _SUPERVISING | {Standing.OPERATOR_STAFF}
TOLD_OF_PILES = Row(_TOLD_OF_PILES, _TOLD_OF_PILES)
ADMINISTRATORS = Row(frozenset({Standing.ADMINISTRATOR}), frozenset({Standing.ADMINISTRATOR}))

_ORDER = (
    *("number", "stage", "reason", "stationId", "stationName", "operator", "evseId", "connectorId", "channel"),
    *("createdAt", "startedAt", "endedAt", "observedAt", "capFen", "kwh", "kw", "soc", "fenSoFar", "minutesLeft"),
    *("readings", "confirm", "tariff", "bill", "capturedFen", "refundedFen", "refunds", "stopReason"),
    *("invoices", "dispute", "parkingEntitlement"),
)
_INVOICE = (
    *("number", "state", "issuer", "operator", "title", "totalFen", "lines", "askedAt", "issuedAt", "invoiceNo"),
    *("redNo", "reason", "replaces"),
)
_DISPUTE = (
    *("id", "order", "reason", "text", "answer", "appeal", "state", "note", "refundFen", "openedAt", "decidedAt"),
)
_PARKING = (
    *("number", "carPark", "state", "minutesFree", "discountPercent", "until", "byPlate", "reference", "reason"),
)
_CASE = (
    *("id", "kind", "what", "stationId", "stationName", "location", "evseId", "evidence", "openedAt", "deadline"),
    *("state", "overdue", "sentAt", "acceptedAt", "answeredAt", "lookedAt", "closedAt", "closedBy", "answer", "text"),
    *("reference", "note", "trouble"),
)
_REPORT_CASE = ("state", "openedAt", "deadline", "overdue", "answer", "answeredAt", "closedAt")
_HEARD = ("id", "stationId", "stationName", "evseId", "code", "stars", "note", "basis", "at")
_COMPLAINT = (
    *("id", "kind", "state", "operator", "stationId", "stationName", "order", "text", "madeAt", "answerBy"),
    *("escalatedAt", "answer", "answeredAt", "bySupervisor", "appealBy", "appeal", "appealedAt", "decision", "endedAt"),
)
_ALTERNATIVE = ("stationId", "stationName", "distanceM", "free")
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
_BILL = ("totalFen", "payFen", "electricityFen", "serviceFen", "parkingFen", "kwh", "findings")


def _mine(type_name: str, *fields: str) -> Mapping[str, Row]:
    return {f"{type_name}.{field}": MINE for field in fields}


def _watched(type_name: str, *fields: str) -> Mapping[str, Row]:
    return {f"{type_name}.{field}": SUPERVISING for field in fields}


POLICY: Mapping[str, Row] = {
    # The finder needs no account.
    "Query.stationsNear": OPEN,
    "Query.stationsInBox": OPEN,
    "Query.station": OPEN,
    "Query.searchStations": OPEN,
    "Query.operators": OPEN,
    "Query.places": OPEN,
    "Query.roads": OPEN,
    "Query.road": OPEN,
    "Query.stationsAlongRoad": OPEN,
    "Query.stationsAlongRoute": OPEN,
    "Query.quote": OPEN,
    "Query.coverage": OPEN,
    "Query.planTrip": OPEN,
    "Query.forecast": OPEN,
    "Query.holidayWarnings": OPEN,
    "Query.about": OPEN,
    "Query.signInProviders": OPEN,
    "Subscription.statusChanged": OPEN,
    # Whoever signs in has no session yet; whoever refreshes one proves it by the token.
    "Mutation.requestCode": OPEN,
    "Mutation.signIn": OPEN,
    "Mutation.refresh": OPEN,
    "Mutation.passkeyChallenge": OPEN,
    "Mutation.signInByPasskey": OPEN,
    "Mutation.beginAtProvider": OPEN,
    "Mutation.signInAtProvider": OPEN,
    "ProviderFlow.url": OPEN,
    "ProviderFlow.ticket": OPEN,
    "CodeSent.challenge": OPEN,
    "CodeSent.expiresInS": OPEN,
    "CodeSent.againInS": OPEN,
    "Tokens.accessToken": OPEN,
    "Tokens.refreshToken": OPEN,
    "Tokens.expiresInS": OPEN,
    # What can be started, and how it is paid, anybody may know.
    "Query.payChannels": OPEN,
    "Query.scanned": OPEN,
    # One's own orders; what lies in one is reached through it alone.
    "Query.order": MINE,
    "Query.orders": MINE,
    "Mutation.startCharging": MINE,
    "Mutation.stopCharging": MINE,
    "Subscription.orderProgressed": MINE,
    **dict.fromkeys((f"Order.{name}" for name in _ORDER), MINE),
    **dict.fromkeys((f"Reading.{name}" for name in ("at", "kwh", "kw", "soc")), OPEN),
    **dict.fromkeys((f"ConfirmField.{name}" for name in ("name", "value")), OPEN),
    **dict.fromkeys((f"OrderBill.{name}" for name in _BILL), OPEN),
    "Query.invoices": MINE,
    "Mutation.requestInvoice": MINE,
    "Mutation.disputeOrder": MINE,
    "Mutation.appealDispute": MINE,
    "Mutation.withdrawDispute": MINE,
    "Mutation.sharePlate": MINE,
    # Found for their owner alone.
    **dict.fromkeys((f"Invoice.{name}" for name in _INVOICE), OPEN),
    **dict.fromkeys(
        (f"InvoiceLine.{name}" for name in ("order", "part", "name", "ratePercent", "fen", "taxFen")), OPEN
    ),
    **dict.fromkeys((f"Dispute.{name}" for name in _DISPUTE), OPEN),
    **dict.fromkeys((f"ParkingEntitlement.{name}" for name in _PARKING), OPEN),
    **dict.fromkeys((f"Refund.{name}" for name in ("amountFen", "state", "reason")), OPEN),
    # What is one's own.
    "Query.me": MINE,
    "Mutation.signOut": MINE,
    "Mutation.signOutDevice": MINE,
    "Mutation.addVehicle": MINE,
    "Mutation.removeVehicle": MINE,
    "Mutation.passkeyOptions": MINE,
    "Mutation.addPasskey": MINE,
    "Mutation.removePasskey": MINE,
    "Mutation.beginLink": MINE,
    "Mutation.linkProvider": MINE,
    "Mutation.unlinkProvider": MINE,
    "Mutation.addAgreement": MINE,
    "Mutation.endAgreement": MINE,
    "Mutation.bindVehicle": MINE,
    "Mutation.unbindVehicle": MINE,
    "Mutation.claimVehicle": MINE,
    "Mutation.notMe": MINE,
    "Mutation.readNotices": MINE,
    "Mutation.exportMyData": MINE,
    "Mutation.eraseMe": MINE,
    "Me.id": MINE,
    "Me.phone": MINE,
    "Me.roles": MINE,
    "Me.since": MINE,
    "Me.devices": MINE,
    "Me.vehicles": MINE,
    "Me.passkeys": MINE,
    "Me.providers": MINE,
    "Me.agreements": MINE,
    "Me.bindings": MINE,
    "Me.plugCases": MINE,
    "Me.sharesPlate": MINE,
    **_mine("Binding", "vehicle", "agreement", "state", "proof", "contract", "madeAt"),
    **_mine("PlugCase", "id", "kind", "order", "openedAt", "decision"),
    **_mine("Notice", "id", "kind", "text", "order", "vehicle", "at", "read"),
    "Me.notices": MINE,
    "Agreement.id": MINE,
    "Agreement.channel": MINE,
    "Agreement.standing": MINE,
    "Agreement.capFen": MINE,
    "Agreement.createdAt": MINE,
    "Agreement.endedAt": MINE,
    "Passkey.id": MINE,
    "Passkey.addedAt": MINE,
    "Passkey.usedAt": MINE,
    "Device.id": MINE,
    "Device.name": MINE,
    "Device.since": MINE,
    "Device.seenAt": MINE,
    "Device.current": MINE,
    "Vehicle.id": MINE,
    "Vehicle.vin": MINE,
    "Vehicle.plate": MINE,
    "Vehicle.newEnergy": MINE,
    "Vehicle.addedAt": MINE,
    "Query.myBayReports": MINE,
    "Mutation.reportBay": MINE,
    "Mutation.bayIsClear": MINE,
    **_mine("BayReport", "id", "stationId", "stationName", "evseId", "kind", "state", "seenAt", "receivedAt"),
    **_mine("BayReport", "clear", "until", "reason", "case"),
    **dict.fromkeys((f"ReportCase.{name}" for name in _REPORT_CASE), OPEN),  # found for their reporter alone
    # What was handed over to city management.
    "Query.cases": SUPERVISORS,
    "Query.casesCsv": SUPERVISORS,
    "Mutation.closeCase": SUPERVISORS,
    "CaseConnection.nodes": SUPERVISORS,
    "CaseConnection.pageInfo": SUPERVISORS,
    **dict.fromkeys((f"Case.{name}" for name in _CASE), SUPERVISORS),
    **dict.fromkeys((f"CaseEvidence.{name}" for name in ("by", "seen", "sensor", "photos")), SUPERVISORS),
    "Query.myExperiences": MINE,
    "Query.complaints": MINE,  # others' for whoever deals with them, which the room sees to
    "Query.experiences": HEARD,
    "Mutation.rateStation": MINE,
    "Mutation.complain": MINE,
    "Mutation.appeal": MINE,
    "Mutation.answerComplaint": HEARD,
    "Mutation.decideAppeal": LAST_WORD,
    **_mine("MyExperience", "id", "stationId", "stationName", "evseId", "code", "stars", "note", "basis", "why", "at"),
    **_mine("MyExperience", "counts"),
    # Found for their driver, their operator's staff and supervisors alone.
    **dict.fromkeys((f"Complaint.{name}" for name in _COMPLAINT), OPEN),
    **dict.fromkeys((f"ComplaintConnection.{name}" for name in ("nodes", "pageInfo")), OPEN),
    **dict.fromkeys((f"HeardConnection.{name}" for name in ("nodes", "pageInfo")), HEARD),
    **dict.fromkeys((f"HeardExperience.{name}" for name in _HEARD), HEARD),
    "Query.myWatches": MINE,
    "Query.pushKey": MINE,
    "Mutation.watchStation": MINE,
    "Mutation.unwatch": MINE,
    "Mutation.registerPush": MINE,
    "Mutation.unregisterPush": MINE,
    "Subscription.watchTold": MINE,
    **_mine("Watch", "id", "kind", "state", "stationId", "stationName", "evseId", "since", "until", "toldAt"),
    **_mine("Watch", "toldEvseId", "alternative"),
    **dict.fromkeys((f"WatchAlternative.{name}" for name in _ALTERNATIVE), OPEN),  # reached through a watch alone
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
ROOTS = frozenset({"Query", "Mutation", "Subscription"})
PERSONAL = frozenset(
    {
        *("Me", "Device", "Vehicle", "Passkey", "Agreement", "Binding", "PlugCase", "Notice"),
        *("ProviderFlow", "CodeSent", "Tokens"),
        *("Order", "Reading", "ConfirmField", "OrderBill", "Refund"),
        *("Invoice", "InvoiceLine", "Dispute", "ParkingEntitlement"),
        *("BayReport", "ReportCase", "CaseConnection", "Case", "CaseEvidence"),
        *("MyExperience", "HeardExperience", "HeardConnection", "Complaint", "ComplaintConnection"),
        *("Watch", "WatchAlternative"),
        *("DifferenceConnection", "Difference", "Statement"),
        *("LivePicture", "PictureLine", "PictureCounty", "PictureOperator", "EvseCount", "Alarm", "DeadPile"),
    }
)
PUBLIC = frozenset(  # of stations, feeds and this deployment: shown to everybody, whole
    {
        *("About", "Availability", "BoxAnswer", "Cluster", "Connector", "Evse", "FactMissing", "Feed", "Finding"),
        *("Freshness", "Live", "Location", "OpeningHours", "Operator", "PageInfo", "PartialFailure", "Photo", "Place"),
        *(
            "PriceNow",
            "Provenance",
            "Quality",
            "SignInProvider",
            "Station",
            "StationConnection",
            "StationEdge",
            "StatusChange",
        ),
        *("Trip", "TripPlan", "TripStop", "TripLeg", "TripAlternative", "TripGap", "TripWarning"),
        *("Tariff", "TariffPeriod", "Quote", "QuoteLine", "CheapestStart", "PayChannel", "ScannedPlug"),
        *("CoverageReport", "CoverageLine", "CoverageCounty", "CoverageRoad", "CoverageGap", "CoverageCharger"),
        *("CoveragePlace", "CoverageSpot", "PileCount"),
        *(
            "Road",
            "RoadPost",
            "RoadPlace",
            "RoadGap",
            "RoadBreak",
            "RoadEdge",
            "RoadConnection",
            "RouteEdge",
            "RouteConnection",
        ),
        *("Forecast", "ForecastHour", "HolidayWarning"),
        *("BlockedBay", "ReportedBay"),
        *("StationExperience", "VoiceShare"),
    }
)


def may(row: Row, caller: Caller | None, *, own: bool) -> bool:
    """Whether somebody with that session, or with none, may ask."""
    allowed = row.own if own else row.other
    roles: set[str] = set() if caller is None else {role.value for role in caller.roles}
    return Standing.ANYONE in allowed or bool(roles & {standing.value for standing in allowed})


def guard(schema: GraphQLSchema, policy: Mapping[str, Row] = POLICY) -> None:
    """Puts the policy in front of every field that is not open. Raises LookupError for what it does not name."""
    seen = set()
    for type_ in schema.type_map.values():
        if not isinstance(type_, GraphQLObjectType) or type_.name.startswith("__") or type_.name in PUBLIC:
            continue
        if type_.name not in ROOTS | PERSONAL:
            raise LookupError(f"{type_.name} is neither public nor personal: say which in policy.py")
        for name, field in type_.fields.items():
            row = policy.get(f"{type_.name}.{name}")
            if row is None:
                raise LookupError(f"{type_.name}.{name} has no row in policy.py")
            seen.add(f"{type_.name}.{name}")
            if row is not OPEN:
                _put_before(field, row, subscribed=type_.name == "Subscription")
    if past := policy.keys() - seen:
        raise LookupError(f"policy.py has rows for fields that are no more: {', '.join(sorted(past))}")


def is_open(type_name: str, field: str) -> bool:
    """Whether a root field may be asked for by everyone, so that a compiled operation need not look."""
    return POLICY[f"{type_name}.{field}"] is OPEN


async def check(row: Row, source: Any, context: Context) -> None:
    """Raises NotSignedIn or Forbidden."""
    if Standing.ANYONE in row.own & row.other:
        return
    caller = await context.caller()
    own = source is None or getattr(source, "person", None) == caller.person  # the books are nobody's own
    if not may(row, caller, own=own):
        raise Forbidden("您无权查看或操作此内容", "you may not see or do this")


def _put_before(field: GraphQLField, row: Row, *, subscribed: bool) -> None:
    inner: Callable[..., Any] = (field.subscribe if subscribed else field.resolve) or default_field_resolver

    async def guarded(source: Any, info: Any, **arguments: Any) -> Any:
        await check(row, source, info.context)
        told = inner(source, info, **arguments)
        return await told if isawaitable(told) else told

    if subscribed:
        field.subscribe = guarded
    else:
        field.resolve = guarded
