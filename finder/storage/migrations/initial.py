"""The tables of revision 0001, as they were then: they never change, whatever the rooms do with theirs."""

import sqlalchemy as sa

from finder.storage.migrations.initial_money import METADATA

__all__ = ["METADATA"]

sa.Table(
    "station_record",
    METADATA,
    sa.Column("station_id", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("revision", sa.BigInteger, nullable=False, unique=True),
    sa.Column("gone", sa.Boolean, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index("station_record_source", "source", "gone"),
)
sa.Table(
    "station_revision",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("value", sa.BigInteger, nullable=False),
)
sa.Table(
    "session_seen",
    METADATA,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("native_id", sa.Text, primary_key=True),
    sa.Column("order_no", sa.Text, index=True),
    sa.Column("evse_id", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("observed_at", sa.BigInteger, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index("session_seen_running", "source", "state"),
)
sa.Table(
    "bill_seen",
    METADATA,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("native_id", sa.Text, primary_key=True),
    sa.Column("variant", sa.Integer, primary_key=True),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("session_id", sa.Text, nullable=False),
    sa.Column("order_no", sa.Text, index=True),
    sa.Column("ended_at", sa.BigInteger, nullable=False),
    sa.Column("heard", sa.Text, nullable=False),
    sa.Column("heard_at", sa.BigInteger, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index("bill_seen_day", "source", "ended_at"),
    sa.Index("bill_seen_session", "source", "session_id"),
)
sa.Table(
    "push_seen",
    METADATA,
    sa.Column("operator_id", sa.Text, primary_key=True),
    sa.Column("endpoint", sa.Text, primary_key=True),
    sa.Column("timestamp", sa.Text, primary_key=True),
    sa.Column("seq", sa.Text, primary_key=True),
    sa.Column("sig", sa.Text, primary_key=True),
    sa.Column("until", sa.BigInteger, nullable=False),
    sa.Index("push_seen_until", "until"),
)
sa.Table(
    "pile",
    METADATA,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("pile_id", sa.Text, primary_key=True),
    sa.Column("changed_at", sa.BigInteger, nullable=False),
    sa.Column("gone", sa.Boolean, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("password", sa.Text),
    sa.Column("holder", sa.Text),
    sa.Index("pile_changed", "source", "changed_at"),
)
sa.Table(
    "pile_transaction",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("pile_id", sa.Text, nullable=False),
    sa.Column("order_no", sa.Text),
    sa.Column("reserved", sa.Text),
    sa.Column("tag", sa.Text),
    sa.Column("key", sa.Text),
    sa.Column("over", sa.Boolean, nullable=False),
    sa.Column("due", sa.Boolean, nullable=False),
    sa.Column("begun", sa.Boolean, nullable=False),
    sa.Column("requested_at", sa.BigInteger),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("source", "reserved", name="pile_transaction_reserved"),
    sa.UniqueConstraint("source", "pile_id", "key", name="pile_transaction_key"),
    sa.UniqueConstraint("source", "pile_id", "tag", name="pile_transaction_tag"),
    sa.Index("pile_transaction_due", "source", "due"),
    sa.Index("pile_transaction_order", "source", "order_no"),
    sa.Index("pile_transaction_running", "source", "over", "pile_id"),
    sqlite_autoincrement=True,
)
sa.Table(
    "connector_note",
    METADATA,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("until", sa.BigInteger),
    sa.Index("connector_note_until", "until"),
)
sa.Table(
    "register_operator",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("credit_code", sa.Text, nullable=False, index=True),
    sa.Column("contact", sa.LargeBinary),
    sa.Column("source", sa.Text, unique=True),
    sa.Column("keys", sa.LargeBinary, nullable=False),
    sa.Column("setup", sa.LargeBinary),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("changed_at", sa.BigInteger, nullable=False),
    sa.Column("revision", sa.BigInteger, nullable=False),
)
sa.Table(
    "register_secrets",
    METADATA,
    sa.Column("operator_id", sa.Text, primary_key=True),
    sa.Column("generation", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)
sa.Table(
    "register_report",
    METADATA,
    sa.Column("operator_id", sa.Text, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("passed", sa.Boolean, nullable=False),
    sa.Column("setup_digest", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
sa.Table(
    "audit_entry",
    METADATA,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False, index=True),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
)
sa.Table(
    "audit_head",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
)
sa.Table(
    "oauth_token",
    METADATA,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("client_id", sa.Text, nullable=False, index=True),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("ends_at", sa.BigInteger, nullable=False, index=True),
)
sa.Table(
    "oauth_assertion",
    METADATA,
    sa.Column("client_id", sa.Text, primary_key=True),
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("until", sa.BigInteger, nullable=False, index=True),
)
