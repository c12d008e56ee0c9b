"""The tables. On PostgreSQL they are in schema ``sealane``; SQLite has no schemas, there the name is left out.

Times are seconds since 1970; ``hour`` and ``minute`` are such seconds divided. JSON is text, which both databases keep
as it was written and neither looks into. :mod:`sealane_investigator.store.migrations` is what makes these tables; a
test compares the two.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)

#: The schema on PostgreSQL, and the table in which Alembic keeps the version of the investigator's tables.
SCHEMA = "sealane"
VERSION_TABLE = "alembic_version_investigator"

metadata = MetaData(schema=SCHEMA)

#: SQLite numbers rows by itself only in a column that is called INTEGER.
_NUMBER = BigInteger().with_variant(Integer, "sqlite")

_INCIDENT = f"{SCHEMA}.error_investigations.id"

incidents = Table(
    "error_investigations",
    metadata,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("fingerprint", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("episode", Integer, nullable=False),
    Column("episode_began", Double, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("first_seen", Double, nullable=False),
    Column("last_seen", Double, nullable=False),
    Column("class", Text, nullable=False),
    Column("unsure", Boolean, nullable=False),
    Column("outage", Boolean, nullable=False),
    Column("diagnosis", Text, nullable=False),
    Column("recommendation", Text),
    Column("at_least", Boolean, nullable=False),
    Column("parent", BigInteger),
    Column("merged_into", BigInteger),
    Column("assignee", Text),
    Column("ignored_until", Double),
    Column("resolution", Text),
    Column("resolved_at", Double),
    Column("revisions", Text, nullable=False),
    Column("hour", BigInteger, nullable=False),
    Column("hour_count", BigInteger, nullable=False),
    Column("hour_threshold", BigInteger),
    Column("sampled", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", Double, nullable=False),
    Index("error_investigations_last_seen", "last_seen", "id", postgresql_where=text("merged_into IS NULL")),
    Index("error_investigations_first_seen", "first_seen", "id", postgresql_where=text("merged_into IS NULL")),
    Index("error_investigations_count", "count", "id", postgresql_where=text("merged_into IS NULL")),
    Index("error_investigations_state", "state", "last_seen", "id"),
    Index("error_investigations_class", "class", "last_seen", "id"),
    Index("error_investigations_parent", "parent"),
    Index("error_investigations_outage", "host", "id", postgresql_where=text("outage AND parent IS NULL")),
    sqlite_autoincrement=True,
)

#: What a search looks through, in lower case; apart, for it never changes and its index is costly to write. On
#: PostgreSQL with ``pg_trgm`` that is ``incident_texts_search``, of trigrams.
texts = Table(
    "incident_texts",
    metadata,
    Column("incident", BigInteger, ForeignKey(_INCIDENT, ondelete="CASCADE"), primary_key=True),
    Column("search", Text, nullable=False),
)

#: Which incident a fingerprint at a subject belongs to; ``home`` is where it was before somebody merged it.
keys = Table(
    "incident_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("incident", BigInteger, nullable=False),
    Column("home", BigInteger, nullable=False),
    Index("incident_keys_incident", "incident"),
    Index("incident_keys_home", "home"),
)

#: Digests of reporter and id of the events that were counted, unless their ids are numbers.
seen = Table(
    "seen_events",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hour", BigInteger, nullable=False),
    Index("seen_events_hour", "hour"),
)

#: Stretches of the numbers of events that were counted; ``source`` is a reporter and its epoch.
sequences = Table(
    "seen_sequences",
    metadata,
    Column("source", Text, primary_key=True),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
    Column("hour", BigInteger, nullable=False),
    Index("seen_sequences_hour", "hour"),
)

hours = Table(
    "incident_hours",
    metadata,
    Column("incident", BigInteger, ForeignKey(_INCIDENT, ondelete="CASCADE"), primary_key=True),
    Column("hour", BigInteger, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Index("incident_hours_hour", "hour"),
)

facets = Table(
    "incident_facets",
    metadata,
    Column("incident", BigInteger, ForeignKey(_INCIDENT, ondelete="CASCADE"), primary_key=True),
    Column("facet", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Index("incident_facets_value", "facet", "value", "incident"),
)

#: Samples. ``facet_set`` and ``minute`` name the one sample a minute; the first of an incident have the event's number.
occurrences = Table(
    "occurrences",
    metadata,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("incident", BigInteger, ForeignKey(_INCIDENT, ondelete="CASCADE"), nullable=False),
    Column("minute", BigInteger, nullable=False),
    Column("facet_set", Text, nullable=False),
    Column("occurred_at", Double, nullable=False),
    Column("first", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    Index("occurrences_once", "incident", "minute", "facet_set", unique=True),
    Index("occurrences_newest", "incident", "occurred_at", "id"),
    Index("occurrences_age", "occurred_at"),
    sqlite_autoincrement=True,
)

#: Numbers that are given out inside transactions: ``stream``.
counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

stream = Table(
    "stream",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("incident", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
    Index("stream_incident", "incident"),
)

outbox = Table(
    "notices",
    metadata,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("incident", BigInteger, ForeignKey(_INCIDENT, ondelete="CASCADE"), nullable=False),
    Column("episode", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("owner", Text),
    Column("settled_at", Double),
    Column("outcome", Text),
    Index("notices_due", "due_at", "id", postgresql_where=text("settled_at IS NULL")),
    Index("notices_incident", "incident"),
    sqlite_autoincrement=True,
)

investigations = Table(
    "investigations",
    metadata,
    Column("incident", BigInteger, ForeignKey(_INCIDENT, ondelete="CASCADE"), primary_key=True),
    Column("episode", Integer, primary_key=True),
    Column("trigger", Text, primary_key=True),
    Column("asked_at", Double, nullable=False),
    Column("owner", Text),
    Column("until", Double, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("tries", SmallInteger, nullable=False),
    Column("done_at", Double),
    Column("facts", Text),
    Index("investigations_waiting", "until", postgresql_where=text("done_at IS NULL")),
)

#: Calls of a model, by day since 1970.
budget = Table(
    "model_budget",
    metadata,
    Column("day", Integer, primary_key=True),
    Column("calls", Integer, nullable=False),
)

#: Revision and breaker changes; ``key`` names one, so that it is kept once however many replicas saw it.
facts = Table(
    "gateway_facts",
    metadata,
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("route", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("body", Text, nullable=False),
    Index("gateway_facts_at", "at"),
    Index("gateway_facts_route", "route", "at"),
)

#: What people did: the audit, and the comments and the feedback among it.
deeds = Table(
    "incident_deeds",
    metadata,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("incident", BigInteger, ForeignKey(_INCIDENT, ondelete="CASCADE"), nullable=False),
    Column("at", Double, nullable=False),
    Column("actor", Text, nullable=False),
    Column("deed", Text, nullable=False),
    Column("arguments", Text, nullable=False),
    Index("incident_deeds_incident", "incident", "id"),
    sqlite_autoincrement=True,
)

#: How many incidents each source made in an hour.
intake_limits = Table(
    "intake_limits",
    metadata,
    Column("source", Text, primary_key=True),
    Column("hour", BigInteger, primary_key=True),
    Column("created", Integer, nullable=False),
    Index("intake_limits_hour", "hour"),
)

#: How many events each reporter had to drop since its epoch began, and when that last rose.
reporters = Table(
    "reporters",
    metadata,
    Column("reporter", Text, primary_key=True),
    Column("dropped", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
    Index("reporters_at", "at"),
)
