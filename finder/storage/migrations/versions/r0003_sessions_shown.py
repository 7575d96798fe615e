"""What a driver is shown of a session: its bill, its meter over time, with what it is confirmed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Runs in one transaction with the revisions before it; see decision 0045 for what it may do."""
    op.create_table(
        "charging_bill",
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("order"),
    )
    op.create_table(
        "charging_confirming",
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("order"),
    )
    op.create_table(
        "charging_reading",
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("wh", sa.BigInteger(), nullable=True),
        sa.Column("watts", sa.BigInteger(), nullable=True),
        sa.Column("soc", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("order", "slot"),
    )
