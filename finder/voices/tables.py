"""What is kept of voices and complaints. What people wrote is sealed; a complaint outlives its person as a number."""

import sqlalchemy as sa

from finder.identity.tables import METADATA, whose

# Every time is in microseconds since 1970.
VOICE = sa.Table(
    "voice",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    whose(),
    sa.Column("station", sa.Text, nullable=False),
    sa.Column("station_name", sa.Text, nullable=False),
    sa.Column("operator", sa.Text, nullable=False),
    sa.Column("evse", sa.Text),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("stars", sa.Integer),
    sa.Column("note", sa.LargeBinary, info={"sealed": True}),
    sa.Column("basis", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("stands", sa.Boolean, nullable=False),  # no later one within 24 hours took its place
    sa.Index("voice_station", "station", "at"),
    sa.Index("voice_operator", "operator", "id"),
    sa.Index("voice_at", "at"),
)
COMPLAINT = sa.Table(
    "complaint",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, index=True),  # no reference: it outlives its person, without a word of the person's
    sa.Column("operator", sa.Text, nullable=False),
    sa.Column("station", sa.Text),
    sa.Column("station_name", sa.Text),
    sa.Column("order_no", sa.Text),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("text", sa.LargeBinary, info={"sealed": True}),
    sa.Column("answer", sa.LargeBinary, info={"sealed": True}),
    sa.Column("appeal", sa.LargeBinary, info={"sealed": True}),
    sa.Column("decision", sa.LargeBinary, info={"sealed": True}),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("answer_by", sa.BigInteger, nullable=False),
    sa.Column("answered_at", sa.BigInteger),
    sa.Column("answered_by", sa.Text),  # an opaque id
    sa.Column("escalated_at", sa.BigInteger),
    sa.Column("appealed_at", sa.BigInteger),
    sa.Column("ended_at", sa.BigInteger),
    sa.Index("complaint_operator", "operator", "id"),
    sa.Index("complaint_state", "state", "answer_by"),
)
