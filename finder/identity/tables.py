"""What is kept of people. Whatever refers to a person goes with the person."""

import sqlalchemy as sa

METADATA = sa.MetaData()  # every time is in microseconds since 1970


def whose(*, key: bool = False) -> "sa.Column[str]":
    """The person that a row belongs to; erasing the person erases the row, whatever table it is in."""
    owner = sa.ForeignKey("person.id", ondelete="CASCADE")
    return sa.Column("person", sa.Text, owner, primary_key=key, nullable=False, index=not key)


KEY = sa.Table(
    "identity_key",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)
PERSON = sa.Table(
    "person",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("created_at", sa.BigInteger, nullable=False),
)
PHONE = sa.Table(
    "person_phone",
    METADATA,
    whose(key=True),
    sa.Column("lookup", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)
ROLE = sa.Table(
    "person_role",
    METADATA,
    whose(key=True),
    sa.Column("role", sa.Text, primary_key=True),
    sa.Column("operator", sa.Text, primary_key=True),  # whose staff; empty for the other roles
    sa.Column("granted_at", sa.BigInteger, nullable=False),
)
CODE = sa.Table(
    "sign_in_code",
    METADATA,
    sa.Column("challenge", sa.LargeBinary, primary_key=True),  # a hash of what the phone holds
    sa.Column("lookup", sa.LargeBinary, nullable=False, index=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("sent_at", sa.BigInteger, nullable=False, index=True),
    sa.Column("until", sa.BigInteger, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("spent", sa.Boolean, nullable=False),
)
SESSION = sa.Table(
    "person_session",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    whose(),
    sa.Column("device", sa.LargeBinary, nullable=False),
    sa.Column("strong", sa.Boolean, nullable=False),  # signed in with a second factor
    sa.Column("opened_at", sa.BigInteger, nullable=False),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
    sa.Column("family", sa.LargeBinary, nullable=False, unique=True),  # a hash of what its refresh tokens begin with
    sa.Column("refresh", sa.LargeBinary, nullable=False),
    sa.Column("previous", sa.LargeBinary),  # good for a moment longer, see sessions.GRACE
    sa.Column("access", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("access_until", sa.BigInteger, nullable=False),
    sa.Column("idle_until", sa.BigInteger, nullable=False),
    sa.Column("ends_at", sa.BigInteger, nullable=False),
)
VEHICLE = sa.Table(
    "person_vehicle",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    whose(),
    sa.Column("vin_lookup", sa.LargeBinary, unique=True),  # none where only the plate is known
    sa.Column("vin", sa.LargeBinary),
    sa.Column("plate_lookup", sa.LargeBinary, nullable=False, index=True),
    sa.Column("plate", sa.LargeBinary, nullable=False),
    sa.Column("added_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("person", "plate_lookup"),
)
PASSKEY = sa.Table(
    "person_passkey",
    METADATA,
    sa.Column("id", sa.LargeBinary, primary_key=True),  # the credential's, as its authenticator made it
    whose(),
    sa.Column("public_key", sa.LargeBinary, nullable=False),  # COSE
    sa.Column("signatures", sa.BigInteger, nullable=False),  # as far as the authenticator counts them
    sa.Column("added_at", sa.BigInteger, nullable=False),
    sa.Column("used_at", sa.BigInteger),
)
PASSKEY_CHALLENGE = sa.Table(
    "passkey_challenge",
    METADATA,
    sa.Column("challenge", sa.LargeBinary, primary_key=True),  # a keyed hash of it
    sa.Column("session", sa.Text, nullable=False),  # in which a passkey may be added; empty: for signing in
    sa.Column("until", sa.BigInteger, nullable=False, index=True),
)
IDENTITY = sa.Table(
    "person_identity",
    METADATA,
    sa.Column("provider", sa.Text, primary_key=True),
    sa.Column("lookup", sa.LargeBinary, primary_key=True),  # a keyed hash of the provider's name for the person
    whose(),
    sa.Column("linked_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("person", "provider"),
)
FLOW = sa.Table(
    "oidc_flow",
    METADATA,
    sa.Column("ticket", sa.LargeBinary, primary_key=True),  # a keyed hash of what the browser keeps
    sa.Column("provider", sa.Text, nullable=False),
    sa.Column("session", sa.Text, nullable=False),  # in which it is linked; empty: for signing in
    sa.Column("state", sa.LargeBinary, nullable=False),  # a keyed hash
    sa.Column("until", sa.BigInteger, nullable=False, index=True),
)
