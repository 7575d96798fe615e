"""How stations were used: minutes taken and full, by the hour and by the day."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Runs in one transaction with the revisions before it; see decision 0045 for what it may do."""
    for name, at in (("occupancy_day", "day"), ("occupancy_hour", "hour")):
        op.create_table(
            name,
            sa.Column("station", sa.Text(), nullable=False),
            sa.Column(at, sa.Integer(), nullable=False),
            sa.Column("evse", sa.Integer(), nullable=False),
            sa.Column("taken", sa.Integer(), nullable=False),
            sa.Column("watched", sa.Integer(), nullable=False),
            sa.Column("full", sa.Integer(), nullable=False),
            sa.PrimaryKeyConstraint("station", at),
        )
        op.create_index(f"{name}_{at}", name, [at])
