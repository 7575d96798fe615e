"""What a channel wants of a split, kept with its order; operators that are insolvent."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Runs in one transaction with the revisions before it; see decision 0045 for what it may do."""
    op.create_table(
        "operator_standing",
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("insolvent_since", sa.BigInteger(), nullable=True),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("operator"),
    )
    op.add_column("charging_order", sa.Column("split_after_s", sa.Integer(), nullable=True))
    op.add_column("charging_order", sa.Column("returns_with_refund", sa.Boolean(), nullable=True))
    op.add_column("charging_order", sa.Column("held", sa.Text(), nullable=True))
    op.add_column("charging_order_item", sa.Column("returned", sa.BigInteger(), nullable=True))
