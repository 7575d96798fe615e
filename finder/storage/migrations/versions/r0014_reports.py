"""Citizens' reports of bays: who said what, which bays are blocked, and whose pictures prove it."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Runs in one transaction with the revisions before it; see decision 0045 for what it may do."""
    op.create_table(
        "report_bay",
        sa.Column("evse", sa.Text(), nullable=False),
        sa.Column("turns", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("evse"),
    )
    op.create_table(
        "report_block",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("evse", sa.Text(), nullable=False),
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_report_block_report", "report_block", ["report"])
    op.create_index("report_block_evse", "report_block", ["evse", "state"])
    op.create_index("report_block_state", "report_block", ["state", "until"])

    op.create_table(
        "report_photo",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("gone_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("ix_report_photo_person", "report_photo", ["person"])
    op.create_index("ix_report_photo_subject", "report_photo", ["subject"])

    op.create_table(
        "report",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("station_name", sa.Text(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("evse", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("block", sa.Text(), nullable=True),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("found", sa.Text(), nullable=True),
        sa.Column("found_at", sa.BigInteger(), nullable=True),
        sa.Column("photo", sa.Text(), nullable=True),
        sa.Column("plate", sa.LargeBinary(), nullable=True),
        sa.Column("plate_lookup", sa.LargeBinary(), nullable=True),
        sa.Column("network", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person", "key"),
    )
    op.create_index("ix_report_block", "report", ["block"])
    op.create_index("ix_report_person", "report", ["person"])
    op.create_index("report_evse", "report", ["evse", "state"])
    op.create_index("report_received", "report", ["received_at"])
    op.create_index("report_state", "report", ["state", "until"])
