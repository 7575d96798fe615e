"""Who may read or do what: one row for each field that is not of stations.

A field without a row, or a type that is neither public nor personal, keeps the schema from being built (guard.py).
"""

from collections.abc import Mapping

from finder.graphql.policy_city import CITY
from finder.graphql.standing import HEARD, LAST_WORD, MINE, OPEN, Row

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
_REPORT_CASE = ("state", "openedAt", "deadline", "overdue", "answer", "answeredAt", "closedAt")
_HEARD = ("id", "stationId", "stationName", "evseId", "code", "stars", "note", "basis", "at")
_COMPLAINT = (
    *("id", "kind", "state", "operator", "stationId", "stationName", "order", "text", "madeAt", "answerBy"),
    *("escalatedAt", "answer", "answeredAt", "bySupervisor", "appealBy", "appeal", "appealedAt", "decision", "endedAt"),
)
_ALTERNATIVE = ("stationId", "stationName", "distanceM", "free")
_BILL = ("totalFen", "payFen", "electricityFen", "serviceFen", "parkingFen", "kwh", "findings")


def _mine(type_name: str, *fields: str) -> Mapping[str, Row]:
    return {f"{type_name}.{field}": MINE for field in fields}


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
    **CITY,
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
