"""The schema: its roots, and its printed form."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig

from finder.graphql import (
    aftercare,
    agreements,
    covered,
    dead,
    people,
    personal,
    plugs,
    queries,
    quotes,
    reports,
    statements,
    supervising,
    trips,
    types,
    views,
    voices,
    watches,
)
from finder.graphql import alarms as alarming
from finder.graphql import cases as casework
from finder.graphql import differences as differing
from finder.graphql import forecast as foretold
from finder.graphql import orders as charging
from finder.graphql import roads as along
from finder.graphql.guard import guard

PRINTED = Path(__file__).with_name("schema.graphql")


def _root(resolver: Callable[..., Any], description: str | None = None) -> Any:
    return strawberry.field(resolver=resolver, description=description)


def _change(resolver: Callable[..., Any], description: str) -> Any:
    return strawberry.mutation(resolver=resolver, description=description)


def _follow(resolver: Callable[..., Any], description: str) -> Any:
    return strawberry.subscription(resolver=resolver, description=description)


@strawberry.type
class Query:  # noqa: D101
    stations_near: types.StationConnection = _root(
        queries.stations_near,
        "Nearest first, by distance along the ellipsoid; radius in metres, above 0 and at most 200,000.",
    )
    stations_in_box: types.BoxAnswer = _root(
        queries.stations_in_box,
        "Clusters below the zoom at which stations fit on a screen, stations from there on.",
    )
    station: types.Station | None = _root(queries.station)
    search_stations: types.StationConnection = _root(
        queries.search_stations,
        "By part of a name, operator or address, in Chinese, pinyin or its initials.",
    )
    operators: list[types.Feed] = _root(queries.operators, "Every feed that the finder listens to, with how it is.")
    places: list[types.Place] = _root(
        queries.places, "Towns and counties by name or pinyin, for drivers who share no position."
    )
    roads: list[along.RoadType] = _root(along.roads, "The roads that the city imported, and those that are shipped.")
    road: along.RoadType = _root(along.road, "By id; an error NO_SUCH_ROAD where there is none.")
    stations_along_road: along.RoadConnection = _root(
        along.stations_along_road,
        "By kilometre, falling for BACKWARD; on an expressway without what only the other direction reaches. "
        "Offsets from the road's accuracy up to 10 km, 3 km where none is given.",
    )
    stations_along_route: along.RouteConnection = _root(
        along.stations_along_route,
        "By kilometre from the route's beginning; the detour above 0 and at most 50 km.",
    )
    plan_trip: trips.Trip = _root(
        trips.plan_trip, "Where to charge on the way: stops, costs, alternatives and gaps, for each objective."
    )
    quote: quotes.QuoteType = _root(
        quotes.quote_session, "What a session will cost, line by line; its prices hold for 15 minutes."
    )
    coverage: covered.CoverageReport = _root(
        covered.coverage,
        "The city's plan against what is there, in that year of the plan; by default the current one.",
    )
    forecast: foretold.Forecast = _root(
        foretold.forecast,
        "How likely a bay is free, hour by hour from `at` (now, where left out): at most 72 hours, within a week.",
    )
    holiday_warnings: list[foretold.HolidayWarning] = _root(
        foretold.holiday_warnings, "Where bays will be scarce on holidays that begin within so many days, at most 60."
    )
    about: types.About = _root(queries.about, "What this deployment is: its name, its middle, its notice.")
    sign_in_providers: list[personal.SignInProvider] = _root(
        people.sign_in_providers, "Where one can sign in besides by phone and passkey."
    )
    pay_channels: list[charging.PayChannel] = _root(
        charging.pay_channels, "How one can pay here; empty where one cannot."
    )
    scanned: charging.ScannedPlug = _root(
        charging.scanned, "The connector that a code at a pile names: `hlht://…`, a link, or the number written on it."
    )
    order: charging.Order = _root(charging.order, "One of one's own.")
    invoices: list[aftercare.Invoice] = _root(aftercare.invoices, "One's own, the newest first, at most 100.")
    orders: list[charging.Order] = _root(charging.orders, "One's own, the newest first, at most 100.")
    differences: differing.DifferenceConnection = _root(
        differing.differences, "Where channels, operators and the ledger differ; for auditors and administrators."
    )
    statement: statements.StatementType = _root(
        statements.statement, "An operator's settlement statement of a month; its staff see their own."
    )
    cases: casework.CaseConnection = _root(
        casework.cases, "Blocked bays at city management; for supervisors and administrators."
    )
    cases_csv: str = _root(
        casework.cases_csv,
        "Those opened from `since` until `until`, at most 10,000, for a spreadsheet; in Beijing time.",
    )
    alarms: list[alarming.AlarmType] = _root(
        alarming.alarms, "The newest first, at most 200; of that state, or all. For officials."
    )
    dead_piles: list[dead.DeadPile] = _root(
        dead.dead_piles, "Those that are to leave first, at most 1,000; an operator's staff see their own."
    )
    live_picture: supervising.LivePictureType = _root(
        supervising.live_picture, "The network by county and operator, at most a second old; for officials."
    )
    my_bay_reports: list[reports.BayReport] = _root(reports.my_bay_reports, "What one reported oneself, newest first.")
    my_experiences: list[voices.MyExperience] = _root(voices.my_experiences, "What one said of stations, newest first.")
    experiences: voices.HeardConnection = _root(
        voices.experiences, "What was said of stations in words; staff see their operator's, supervisors all."
    )
    complaints: voices.ComplaintConnection = _root(
        voices.complaints,
        "One's own; with `mine: false` those that one deals with: staff their operator's, supervisors all. "
        "`state` goes with the latter.",
    )
    my_watches: list[watches.Watch] = _root(
        watches.my_watches, "One's own that are open, or ended within a day; the newest first, at most 20."
    )
    push_key: str = _root(watches.push_key, "For `applicationServerKey` of `PushManager.subscribe`, base64url.")
    me: personal.Me | None = _root(people.me, "Oneself; an error SIGN_IN where nobody is signed in.")


@strawberry.type
class Mutation:  # noqa: D101
    request_code: personal.CodeSent = _change(
        people.request_code,
        "Sends a code of six digits to a mobile number of mainland China: one a minute, five an hour, ten a day.",
    )
    sign_in: personal.Tokens = _change(
        people.sign_in, "With the code, within five minutes and five tries. `device` is shown in `me.devices`."
    )
    refresh: personal.Tokens = _change(people.refresh, "The next tokens. A token that comes again ends the session.")
    sign_out: int = _change(people.sign_out, "This device, or all of them; how many.")
    sign_out_device: int = _change(people.sign_out_device, "One of one's own devices.")
    add_vehicle: personal.Vehicle = _change(
        people.add_vehicle,
        "Binds a vehicle. Whoever binds a VIN pays for what that car charges by being plugged in.",
    )
    remove_vehicle: bool = _change(people.remove_vehicle, "One of one's own vehicles.")
    passkey_options: str = _change(
        people.passkey_options, "JSON for `navigator.credentials.create`, to add a passkey in this session."
    )
    add_passkey: personal.Passkey = _change(people.add_passkey, "What the browser made, as JSON.")
    remove_passkey: bool = _change(people.remove_passkey, "One of one's own passkeys.")
    passkey_challenge: str = _change(people.passkey_challenge, "JSON for `navigator.credentials.get`, to sign in by.")
    sign_in_by_passkey: personal.Tokens = _change(
        people.sign_in_by_passkey, "With what the browser signed, as JSON. An administrator signs in so."
    )
    begin_at_provider: personal.ProviderFlow = _change(people.begin_at_provider, "To sign in at a provider.")
    sign_in_at_provider: personal.Tokens = _change(
        people.sign_in_at_provider, "With what the browser came back with. Link the account there first."
    )
    begin_link: personal.ProviderFlow = _change(people.begin_link, "To link an account at a provider.")
    link_provider: bool = _change(people.link_provider, "With what the browser came back with.")
    unlink_provider: bool = _change(people.unlink_provider, "By the provider's id.")
    start_charging: charging.Order = _change(
        charging.start_charging, "Begins a session, once for each key: a repeat gets the same order."
    )
    request_invoice: list[aftercare.Invoice] = _change(
        aftercare.request_invoice,
        "Of one's own orders that are paid, at most 100: one for each who issues, once for each key.",
    )
    dispute_order: aftercare.Dispute = _change(
        aftercare.dispute_order, "Within 25 days, in at most 500 characters; its money waits until that is decided."
    )
    appeal_dispute: aftercare.Dispute = _change(
        aftercare.appeal_dispute, "Within seven days of a rejection; somebody else decides."
    )
    withdraw_dispute: aftercare.Dispute = _change(aftercare.withdraw_dispute, "Does without it.")
    share_plate: bool = _change(
        aftercare.share_plate,
        "Whether car parks may be told one's plate; else they are told only what their gate finds it by.",
    )
    stop_charging: charging.Order = _change(charging.stop_charging, "Asks for the end of a session of one's own.")
    add_agreement: agreements.Agreement = _change(
        agreements.add_agreement, "Agrees to pay sessions at a channel, each up to a cap; as often as asked, once."
    )
    end_agreement: agreements.Agreement = _change(
        agreements.end_agreement, "One of one's own: nothing begins under it any more, what runs is still paid."
    )
    bind_vehicle: plugs.Binding = _change(
        plugs.bind_vehicle,
        "Lets a car of one's own pay by being plugged in. ACTIVE where somebody vouches for it; else charge it once "
        "from the phone at a pile that tells the VIN.",
    )
    unbind_vehicle: bool = _change(plugs.unbind_vehicle, "At once: what was granted and has not begun is taken back.")
    claim_vehicle: plugs.PlugCase = _change(
        plugs.claim_vehicle, "A car of one's own that another account has bound: a person decides."
    )
    not_me: plugs.PlugCase = _change(
        plugs.not_me, "An order that a plug began, and not oneself: it is stopped, and a person looks."
    )
    read_notices: int = _change(plugs.read_notices, "Marks one's notices as read up to this one; how many were not.")
    export_my_data: str = _change(people.export_my_data, "All that is kept of oneself, as a JSON document.")
    erase_me: bool = _change(
        people.erase_me,
        "Erases whatever says who one is, with a new code from `requestCode`. Orders stay in the books, nobody's.",
    )

    report_bay: reports.BayReport = _change(
        reports.report_bay, "Says that a bay is blocked; one voice a person, once for each key."
    )
    bay_is_clear: reports.BayReport = _change(reports.bay_is_clear, "Says that a reported bay is clear again.")
    close_case: casework.Case = _change(
        casework.close_case,
        "A supervisor's word, with its reason of at most 500 characters. `lookedAt`: when somebody was there.",
    )
    rate_station: voices.MyExperience = _change(
        voices.rate_station, "Says how it was at a station; a later one within 24 hours takes its place."
    )
    complain: voices.Complaint = _change(
        voices.complain, "To an operator, which answers within three working days; else a supervisor does."
    )
    answer_complaint: voices.Complaint = _change(
        voices.answer_complaint, "The operator's word, or a supervisor's once the operator's time has run out."
    )
    appeal: voices.Complaint = _change(voices.appeal, "Once, within seven days of the answer; a supervisor decides.")
    decide_appeal: voices.Complaint = _change(
        voices.decide_appeal, "A supervisor's last word, whoever answered excepted."
    )
    watch_station: watches.Watch = _change(
        watches.watch_station,
        "Tells once, when a bay frees or the last one is taken; at most five at once. A station that one watches "
        "already is watched as it is asked now.",
    )
    unwatch: bool = _change(watches.unwatch, "Ends one of one's own; false where it was over already.")
    register_push: bool = _change(
        watches.register_push, "Rings this device for as long as one is signed in on it; at most five devices."
    )
    unregister_push: bool = _change(watches.unregister_push, "Rings it no more.")
    acknowledge_alarm: alarming.AlarmType = _change(
        alarming.acknowledge_alarm,
        "A supervisor's or an administrator's word, once: what was done, at most 500 characters.",
    )
    decide_difference: differing.Difference = _change(
        differing.decide_difference, "An administrator's word, once, with its reason of at most 500 characters."
    )


@strawberry.type
class Subscription:  # noqa: D101
    status_changed: types.StatusChange = _follow(
        queries.status_changed,
        "Each flip of these stations (at most 200), or of the stations in the box, "
        "whole stations' availability with it.",
    )
    order_progressed: charging.Order = _follow(
        charging.order_progressed, "An order of one's own: as it is now, and then each time that it has moved."
    )
    watch_told: watches.Watch = _follow(watches.watch_told, "Each of one's own watches, as it is told.")
    live_picture_changed: supervising.LivePictureType = _follow(
        supervising.live_picture_changed,
        "The whole picture, then what changes in it: at most one a second, and none where nothing did.",
    )


def build_schema() -> strawberry.Schema:
    """The schema, executable by graphql-core and printable."""
    moment = strawberry.scalar(
        name="DateTime", description="ISO 8601 with time zone.", serialize=views.iso, parse_value=datetime.fromisoformat
    )
    schema = strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(scalar_map={datetime: moment}),
    )
    guard(schema._schema)
    return schema


def print_schema() -> str:
    """The text of schema.graphql, as it must be committed."""
    return build_schema().as_str() + "\n"
