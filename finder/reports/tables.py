"""What is kept of reported bays. What says who reported goes with the person; blocks and photos name nobody."""

import sqlalchemy as sa

from finder.identity.tables import METADATA, whose

# Every time is in microseconds since 1970.
# Its row is locked by whoever judges what is said of a bay.
BAY = sa.Table(
    "report_bay",
    METADATA,
    sa.Column("evse", sa.Text, primary_key=True),
    sa.Column("turns", sa.BigInteger, nullable=False),
    sa.Column("told_at", sa.BigInteger, nullable=False),  # when its operator was last told
)
REPORT = sa.Table(
    "report",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    whose(),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),  # keyed, of what the key stands for
    sa.Column("says", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("station", sa.Text, nullable=False),
    sa.Column("station_name", sa.Text, nullable=False),
    sa.Column("lat", sa.Float, nullable=False),  # the station's: the reporter's own place is not kept
    sa.Column("lon", sa.Float, nullable=False),
    sa.Column("evse", sa.Text, nullable=False),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("until", sa.BigInteger),
    sa.Column("block", sa.Text, index=True),
    sa.Column("moved", sa.Boolean, nullable=False),  # the bay would not have moved without it
    sa.Column("found", sa.Text),
    sa.Column("found_at", sa.BigInteger),
    sa.Column("photo", sa.Text),
    sa.Column("plate", sa.LargeBinary, info={"sealed": True}),
    sa.Column("plate_lookup", sa.LargeBinary),
    sa.Column("network", sa.LargeBinary),  # a keyed hash; none where addresses tell nobody apart
    sa.UniqueConstraint("person", "key"),
    sa.Index("report_evse", "evse", "state"),
    sa.Index("report_state", "state", "until"),
    sa.Index("report_received", "received_at"),
)
BLOCK = sa.Table(
    "report_block",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("evse", sa.Text, nullable=False),
    sa.Column("station", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("report", sa.Text, nullable=False, index=True),  # the first one, for the case
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("ended_at", sa.BigInteger),
    sa.Column("ended_by", sa.Text),
    sa.Index("report_block_evse", "evse", "state"),
    sa.Index("report_block_state", "state", "until"),
)
PHOTO = sa.Table(
    "report_photo",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, index=True),  # no reference: the row outlives the person until the file is gone
    sa.Column("taken_at", sa.BigInteger, nullable=False),
    sa.Column("subject", sa.Text, index=True),  # what it proves; none: nobody used it
    sa.Column("gone_at", sa.BigInteger),  # it may be removed from then on
)
