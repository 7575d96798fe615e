"""What car parks are told of who has charged, and who lets them be told a plate."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Runs in one transaction with the revisions before it; see decision 0045 for what it may do."""
    op.add_column("charging_order", sa.Column("car_park", sa.Text(), nullable=True))
    op.create_table(
        "parking_consent",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("agreed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person"),
    )
    op.create_table(
        "parking_entitlement",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("car_park", sa.Text(), nullable=False),
        sa.Column("minutes_free", sa.Integer(), nullable=False),
        sa.Column("discount_percent", sa.Integer(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("looked_up", sa.Boolean(), nullable=False),
        sa.Column("plate_hmac", sa.Text(), nullable=True),
        sa.Column("plate", sa.LargeBinary(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_parking_entitlement_order_no", "parking_entitlement", ["order_no"])
    op.create_index("ix_parking_entitlement_person", "parking_entitlement", ["person"])
