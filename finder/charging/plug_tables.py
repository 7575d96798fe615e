"""What is kept of charging by the plug: bindings, orders, what phones are told, what people decide."""

import sqlalchemy as sa

from finder.charging.agreements import AGREEMENT
from finder.identity.tables import METADATA, VEHICLE, whose

# Every time is in microseconds since 1970.
BINDING = sa.Table(
    "plug_binding",
    METADATA,
    # A VIN is one vehicle's (person_vehicle.vin_lookup), so it has one binding; it goes with the vehicle.
    sa.Column("vehicle", sa.ForeignKey(VEHICLE.c.id, ondelete="CASCADE"), primary_key=True),
    whose(),
    sa.Column("agreement", sa.ForeignKey(AGREEMENT.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("contract", sa.LargeBinary, nullable=False, info={"sealed": True}),
    sa.Column("contract_lookup", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("proof", sa.Text),
    sa.Column("proven_at", sa.BigInteger),
    sa.Column("suspended_at", sa.BigInteger),
)
CASE = sa.Table(
    "plug_case",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    whose(),  # who asks
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("vehicle", sa.Text, nullable=False, index=True),  # which may be gone by now
    sa.Column("order", sa.Text),
    sa.Column("opened_at", sa.BigInteger, nullable=False),
    sa.Column("decision", sa.Text),
    sa.Column("decided_at", sa.BigInteger),
)
NOTICE = sa.Table(
    "notice",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    whose(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("order", sa.Text),
    sa.Column("vehicle", sa.Text),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("read_at", sa.BigInteger),
)
# It stays with the order when a person is erased: a vehicle's id says nothing once the vehicle is gone.
PLUGGED = sa.Table(
    "plug_order",
    METADATA,
    sa.Column("order", sa.Text, primary_key=True),
    sa.Column("vehicle", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("ref", sa.Text),  # the operator's number of its question
    sa.Column("asks", sa.Integer, nullable=False),
    sa.Column("granted_at", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),
    sa.Index("plug_order_vehicle", "vehicle", "granted_at"),
)
