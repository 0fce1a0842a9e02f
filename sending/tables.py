"""The ledger's tables. They hold people: who gets what, who said no."""

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

from sending.states import State

# one more with each change of the tables, and what makes the former into it in MIGRATIONS
VERSION = 2
MIGRATIONS: dict[int, list[str]] = {1: []}  # new tables, which are made when a ledger is opened

metadata = MetaData()

schema_version = Table(
    "schema_version",
    metadata,
    Column("version", Integer, primary_key=True),
)

# one row per build's queue that `send` has seen: what the next one's size is held against
runs = Table(
    "runs",
    metadata,
    Column("run_id", String, primary_key=True),  # as_of and content of the inputs
    Column("as_of", DateTime, nullable=False),
    Column("message_count", Integer, nullable=False),
    Column("seen_at", DateTime, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("message_id", String, primary_key=True),
    Column("run_id", String, nullable=False),
    Column("user_id", String, nullable=False),
    Column("email", String, nullable=False),
    Column("address_key", String, nullable=False),  # the address as Settings.address_key compares it
    Column("domain", String, nullable=False),
    Column("trigger_type", String, nullable=False),
    Column("subject", Text, nullable=False),
    Column("sender_name", Text, nullable=False),
    Column("items", JSON, nullable=False),  # [{position, item_id, propensity, strategy}]
    Column("state", String, nullable=False),
    Column("reason", Text),
    Column("sender", String),  # who claimed it
    Column("transport", String),
    Column("attempts", Integer, nullable=False),  # times a server said "later"
    Column("repeats", Integer, nullable=False),  # times it was sent again though it may have arrived
    # where render wrote it
    Column("part", Integer),
    Column("row_group", Integer),
    Column("as_of", DateTime, nullable=False),
    Column("consented_at", DateTime),
    Column("send_at", DateTime, nullable=False),
    Column("due_at", DateTime, nullable=False),  # send_at, or when a server that said "later" is asked again
    Column("expires_at", DateTime, nullable=False),
    Column("queued_at", DateTime, nullable=False),
    Column("rendered_at", DateTime),
    Column("claimed_at", DateTime),
    Column("handed_over_at", DateTime),
    Column("ended_at", DateTime),
    CheckConstraint(f"state in ({', '.join(repr(state.value) for state in State)})", name="state_is_known"),
    Index("messages_by_state", "state", "due_at", "part", "row_group"),
    Index("messages_by_address", "address_key"),
    Index("messages_by_user", "user_id"),
)

# what came back, in the words of the input email_events
events = Table(
    "events",
    metadata,
    Column("event_id", String, primary_key=True),
    Column("event_type", String, nullable=False),  # unsubscribe, bounce, complaint
    Column("bounce_type", String),  # hard, soft
    Column("user_id", String),
    Column("address_key", String),
    Column("message_id", String),
    Column("detail", Text),
    Column("occurred_at", DateTime, nullable=False),
    Index("events_by_address", "address_key"),
    Index("events_by_user", "user_id"),
)

# what readers chose on the preferences page, as it stands
preferences = Table(
    "preferences",
    metadata,
    Column("user_id", String, primary_key=True),
    Column("kind", String, primary_key=True),  # frequency, or category: one that is not wanted
    Column("value", String, primary_key=True),
    Column("address_key", String),
    Column("chosen_at", DateTime, nullable=False),
    Index("preferences_by_address", "address_key"),
)

# what newer inputs changed between the build and the hand-over
revisions = Table(
    "revisions",
    metadata,
    Column("message_id", String, primary_key=True),
    Column("change", String, primary_key=True),  # sold_out, bought, price, promoted …, or dropped
    Column("item_id", String, primary_key=True),  # empty: the whole message
    Column("after", Text, primary_key=True),
    Column("before", Text),
    Column("noted_at", DateTime, nullable=False),
)
