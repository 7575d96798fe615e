"""What is kept of cases: nothing says who reported, and the plate is city management's to open."""

import sqlalchemy as sa

from finder.storage.unit import METADATA

# Every time is in microseconds since 1970.
CASE = sa.Table(
    "city_case",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("block", sa.Text, nullable=False, unique=True),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("station", sa.Text, nullable=False),
    sa.Column("station_name", sa.Text, nullable=False),
    sa.Column("lat", sa.Float, nullable=False),
    sa.Column("lon", sa.Float, nullable=False),
    sa.Column("evse", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("seen", sa.Text, nullable=False),  # of each report, with commas
    sa.Column("photos", sa.Text, nullable=False),  # names with commas
    sa.Column("plate", sa.Text),  # a JWE for city management's key
    sa.Column("opened_at", sa.BigInteger, nullable=False),
    sa.Column("deadline", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("sent_at", sa.BigInteger),
    sa.Column("accepted_at", sa.BigInteger),
    sa.Column("answered_at", sa.BigInteger),
    sa.Column("closed_at", sa.BigInteger),
    sa.Column("closed_by", sa.Text),
    sa.Column("answer", sa.Text),
    sa.Column("text", sa.Text),
    sa.Column("looked_at", sa.BigInteger),
    sa.Column("reference", sa.Text),
    sa.Column("note", sa.Text),
    sa.Column("trouble", sa.Text),
    sa.Column("asked_at", sa.BigInteger, nullable=False),  # when city management was last asked for its answers
    sa.Index("city_case_state", "state", "deadline"),
    sa.Index("city_case_opened", "opened_at"),
)
