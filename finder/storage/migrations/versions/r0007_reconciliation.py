"""What operators list, the nightly runs, and what each party says of a difference."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Runs in one transaction with the revisions before it; see decision 0045 for what it may do."""
    op.create_table(
        "operator_row",
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("told_order", sa.Text(), nullable=True),
        sa.Column("order_no", sa.Text(), nullable=True),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("kwh", sa.Text(), nullable=True),
        sa.Column("electricity_fen", sa.BigInteger(), nullable=True),
        sa.Column("service_fen", sa.BigInteger(), nullable=True),
        sa.Column("parking_fen", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("operator", "session"),
    )
    op.create_index("ix_operator_row_order_no", "operator_row", ["order_no"])
    op.create_index("operator_row_waiting", "operator_row", ["operator", "state", "day"])
    op.create_table(
        "reconciliation_run",
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("business_day", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("raised", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("party", "name", "business_day"),
    )
    op.add_column("channel_row", sa.Column("sub_merchant", sa.Text(), nullable=True))
    op.add_column("channel_row", sa.Column("fee_fen", sa.BigInteger(), nullable=True))
    op.add_column("charging_order", sa.Column("compared", sa.Text(), nullable=True))
    op.add_column("reconciliation_difference", sa.Column("operator", sa.Text(), nullable=True))
    op.add_column("reconciliation_difference", sa.Column("operator_fen", sa.BigInteger(), nullable=True))
    op.create_index("ix_reconciliation_difference_order_no", "reconciliation_difference", ["order_no"])
