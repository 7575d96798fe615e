"""Every room's tables in one place, for what compares them with the revisions; storage knows no room."""

from collections.abc import Sequence

import sqlalchemy as sa

# These put their tables into storage's own, so that they are written in one unit of work, or among people's.
import finder.cases.tables
import finder.charging.agreements
import finder.charging.bills
import finder.charging.confirming
import finder.charging.dispute_rows
import finder.charging.order
import finder.charging.parking
import finder.charging.plug_tables
import finder.charging.readings
import finder.charging.standing
import finder.money.channel_rows
import finder.money.differences
import finder.money.invoice_rows
import finder.money.ledger
import finder.money.operator_rows
import finder.money.reconcile
import finder.money.runs
import finder.notices.tables
import finder.reports.tables
import finder.supervision.alarms.rows
import finder.supervision.coverage.places
import finder.supervision.dead.rows
import finder.voices.tables  # noqa: F401 - for its tables
from finder.federation import desk, feed_book, notebook, pile_book, piles, replays
from finder.federation.register import rows
from finder.identity import audit
from finder.identity import tables as people
from finder.identity.oauth import tokens
from finder.live.forecast import book as occupancy
from finder.roads import sql as roads
from finder.stations import sql
from finder.storage import unit

TABLES: Sequence[sa.MetaData] = (
    sql.METADATA,
    unit.METADATA,
    desk.METADATA,
    replays.METADATA,
    piles.METADATA,
    pile_book.METADATA,
    notebook.METADATA,
    feed_book.METADATA,
    rows.METADATA,
    audit.METADATA,
    tokens.METADATA,
    people.METADATA,
    roads.METADATA,
    occupancy.METADATA,
)
