"""The first tables: incidents and what is counted beside them, the stream, and the work that follows."""

import contextlib

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table; the stream begins at 0."""
    _incidents()
    _counting()
    _work()


def _incidents() -> None:
    op.create_table(
        "error_investigations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("episode_began", sa.Double(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("first_seen", sa.Double(), nullable=False),
        sa.Column("last_seen", sa.Double(), nullable=False),
        sa.Column("class", sa.Text(), nullable=False),
        sa.Column("unsure", sa.Boolean(), nullable=False),
        sa.Column("outage", sa.Boolean(), nullable=False),
        sa.Column("diagnosis", sa.Text(), nullable=False),
        sa.Column("recommendation", sa.Text()),
        sa.Column("at_least", sa.Boolean(), nullable=False),
        sa.Column("parent", sa.BigInteger()),
        sa.Column("merged_into", sa.BigInteger()),
        sa.Column("assignee", sa.Text()),
        sa.Column("ignored_until", sa.Double()),
        sa.Column("resolution", sa.Text()),
        sa.Column("resolved_at", sa.Double()),
        sa.Column("revisions", sa.Text(), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("hour_count", sa.BigInteger(), nullable=False),
        sa.Column("hour_threshold", sa.BigInteger()),
        sa.Column("sampled", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="sealane",
        sqlite_autoincrement=True,
    )
    op.create_index(
        "error_investigations_class", "error_investigations", ["class", "last_seen", "id"], schema="sealane"
    )
    op.create_index(
        "error_investigations_count",
        "error_investigations",
        ["count", "id"],
        schema="sealane",
        postgresql_where=sa.text("merged_into IS NULL"),
    )
    op.create_index(
        "error_investigations_first_seen",
        "error_investigations",
        ["first_seen", "id"],
        schema="sealane",
        postgresql_where=sa.text("merged_into IS NULL"),
    )
    op.create_index(
        "error_investigations_last_seen",
        "error_investigations",
        ["last_seen", "id"],
        schema="sealane",
        postgresql_where=sa.text("merged_into IS NULL"),
    )
    op.create_index(
        "error_investigations_outage",
        "error_investigations",
        ["host", "id"],
        schema="sealane",
        postgresql_where=sa.text("outage AND parent IS NULL"),
    )
    op.create_index("error_investigations_parent", "error_investigations", ["parent"], schema="sealane")
    op.create_index(
        "error_investigations_state", "error_investigations", ["state", "last_seen", "id"], schema="sealane"
    )
    op.create_table(
        "incident_texts",
        sa.Column("incident", sa.BigInteger(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["sealane.error_investigations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("incident"),
        schema="sealane",
    )
    _trigrams()
    op.create_table(
        "incident_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("incident", sa.BigInteger(), nullable=False),
        sa.Column("home", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        schema="sealane",
    )
    op.create_index("incident_keys_home", "incident_keys", ["home"], schema="sealane")
    op.create_index("incident_keys_incident", "incident_keys", ["incident"], schema="sealane")
    op.create_table(
        "incident_hours",
        sa.Column("incident", sa.BigInteger(), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["sealane.error_investigations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("incident", "hour"),
        schema="sealane",
    )
    op.create_index("incident_hours_hour", "incident_hours", ["hour"], schema="sealane")
    op.create_table(
        "incident_facets",
        sa.Column("incident", sa.BigInteger(), nullable=False),
        sa.Column("facet", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["sealane.error_investigations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("incident", "facet", "value"),
        schema="sealane",
    )
    op.create_index("incident_facets_value", "incident_facets", ["facet", "value", "incident"], schema="sealane")
    op.create_table(
        "occurrences",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("incident", sa.BigInteger(), nullable=False),
        sa.Column("minute", sa.BigInteger(), nullable=False),
        sa.Column("facet_set", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.Double(), nullable=False),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["sealane.error_investigations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        schema="sealane",
        sqlite_autoincrement=True,
    )
    op.create_index("occurrences_age", "occurrences", ["occurred_at"], schema="sealane")
    op.create_index("occurrences_newest", "occurrences", ["incident", "occurred_at", "id"], schema="sealane")
    op.create_index(
        "occurrences_once", "occurrences", ["incident", "minute", "facet_set"], unique=True, schema="sealane"
    )


def _counting() -> None:
    op.create_table(
        "seen_events",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="sealane",
    )
    op.create_index("seen_events_hour", "seen_events", ["hour"], schema="sealane")
    counters = op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        schema="sealane",
    )
    op.bulk_insert(counters, [{"name": "stream", "value": 0}])
    op.create_table(
        "stream",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("incident", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        schema="sealane",
    )
    op.create_index("stream_incident", "stream", ["incident"], schema="sealane")
    op.create_table(
        "intake_limits",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "hour"),
        schema="sealane",
    )
    op.create_index("intake_limits_hour", "intake_limits", ["hour"], schema="sealane")
    op.create_table(
        "reporters",
        sa.Column("reporter", sa.Text(), nullable=False),
        sa.Column("dropped", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("reporter"),
        schema="sealane",
    )
    op.create_index("reporters_at", "reporters", ["at"], schema="sealane")


def _work() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("incident", sa.BigInteger(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("settled_at", sa.Double()),
        sa.Column("outcome", sa.Text()),
        sa.ForeignKeyConstraint(["incident"], ["sealane.error_investigations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        schema="sealane",
        sqlite_autoincrement=True,
    )
    op.create_index(
        "notices_due", "notices", ["due_at", "id"], schema="sealane", postgresql_where=sa.text("settled_at IS NULL")
    )
    op.create_index("notices_incident", "notices", ["incident"], schema="sealane")
    op.create_table(
        "investigations",
        sa.Column("incident", sa.BigInteger(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.Double(), nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("until", sa.Double(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("done_at", sa.Double()),
        sa.Column("facts", sa.Text()),
        sa.ForeignKeyConstraint(["incident"], ["sealane.error_investigations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("incident", "episode", "trigger"),
        schema="sealane",
    )
    op.create_index(
        "investigations_waiting",
        "investigations",
        ["until"],
        schema="sealane",
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "model_budget",
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day"),
        schema="sealane",
    )
    op.create_table(
        "gateway_facts",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        schema="sealane",
    )
    op.create_index("gateway_facts_at", "gateway_facts", ["at"], schema="sealane")
    op.create_index("gateway_facts_route", "gateway_facts", ["route", "at"], schema="sealane")
    op.create_table(
        "incident_deeds",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("incident", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("deed", sa.Text(), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["sealane.error_investigations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        schema="sealane",
        sqlite_autoincrement=True,
    )
    op.create_index("incident_deeds_incident", "incident_deeds", ["incident", "id"], schema="sealane")


def _trigrams() -> None:
    """An index for searches, where pg_trgm is installed and we may use it; without it they read all texts."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    with contextlib.suppress(sa.exc.DBAPIError), connection.begin_nested():
        connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
        op.create_index(
            "incident_texts_search",
            "incident_texts",
            ["search"],
            schema="sealane",
            postgresql_using="gin",
            postgresql_ops={"search": "gin_trgm_ops"},
            postgresql_with={"fastupdate": "off"},  # texts come seldom; a list of pending ones would spoil plans
        )
