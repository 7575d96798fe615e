"""Disputes of orders: by their drivers, and by the finder with operators."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
_WAITING = sa.text("state IN ('OPEN', 'ANSWERED', 'APPEALED') AND person IS NOT NULL")


def upgrade() -> None:
    """Runs in one transaction with the revisions before it; see decision 0045 for what it may do."""
    op.create_table(
        "charging_dispute",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("appeal", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("refund_fen", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_charging_dispute_order_no", "charging_dispute", ["order_no"])
    op.create_index("ix_charging_dispute_person", "charging_dispute", ["person"])
    op.create_index("ix_charging_dispute_state", "charging_dispute", ["state"])
    op.create_index(
        "charging_dispute_open",
        "charging_dispute",
        ["order_no"],
        unique=True,
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
