"""Watches, and where phones are told. Each goes with its person; a phone's subscription with its session, too."""

import sqlalchemy as sa

from finder.identity.tables import METADATA, SESSION, whose

# Every time is in microseconds since 1970.
WATCH = sa.Table(
    "watch",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    whose(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("station", sa.Text, nullable=False),
    sa.Column("station_name", sa.Text, nullable=False),
    sa.Column("evse", sa.Text),
    sa.Column("min_power_kw", sa.Float),
    sa.Column("plugs", sa.Text, nullable=False),  # with commas; empty: any
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("practice", sa.Boolean, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),
    sa.Column("told_at", sa.BigInteger),
    sa.Column("told_evse", sa.Text),
    sa.Column("other", sa.Text),
    sa.Column("other_name", sa.Text),
    sa.Column("other_m", sa.BigInteger),
    sa.Column("other_free", sa.BigInteger),
    sa.Index("watch_station", "station", "state"),
    sa.Index("watch_until", "state", "until"),
)
# Its row is locked by whoever tells of a bay, so that of several processes one does.
FREED = sa.Table(
    "watch_bay",
    METADATA,
    sa.Column("evse", sa.Text, primary_key=True),
    sa.Column("freed_at", sa.BigInteger, nullable=False),  # when its operator saw it free, as it was last told
    sa.Column("told_at", sa.BigInteger, nullable=False),
)
PUSH = sa.Table(
    "push_subscription",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    whose(),
    sa.Column("session", sa.ForeignKey(SESSION.c.id, ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("lookup", sa.LargeBinary, nullable=False, unique=True),  # a keyed hash of the endpoint
    sa.Column("endpoint", sa.LargeBinary, nullable=False, info={"sealed": True}),
    sa.Column("browser_keys", sa.LargeBinary, nullable=False, info={"sealed": True}),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
)
