"""The rows that ``make bench-store`` asks: what a year of errors leaves behind, made by PostgreSQL itself."""

import math
import re

from sqlalchemy import Connection, text

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_api.diagnosis.error_event import ErrorEvent
from sealane_investigator.incident.diagnosis import Diagnosis, Ground
from sealane_investigator.incident.incident import Analysed
from sealane_investigator.store.rows import diagnosis_columns, encoded

INCIDENTS = 20_000
SAMPLES_EACH = 50

DIAGNOSIS = Diagnosis(error_class=ErrorClass.RATE_LIMIT, confidence=0.9, ground=Ground.CODE, why="documented code 1302")


def sample(number: int, kind: int, at: float) -> Analysed:
    """One event, as routers send them."""
    event = ErrorEvent(
        id=f"{number:032x}",
        reporter=f"router-{number % 3}",
        epoch="1",
        sequence=number,
        occurred_at=at,
        route=f"team-{kind % 40}/chat",
        revision=kind % 9,
        provider="moonshot",
        base_url_host="api.moonshot.ai",
        model=f"kimi-{kind % 5}",
        tenant=f"tenant-{number % 30}",
        status=429,
        message="request reached organization max RPM: <n>, please try again after <n> seconds",
    )
    template = f"request reached organization max rpm {kind}: <n>, please try again after <n> seconds"
    return Analysed(event=event, fingerprint=f"v1:{kind:016x}", template=template, diagnosis=DIAGNOSIS)


def fill(connection: Connection, at: float) -> None:
    """Fill every table that a query reads; counts of occurrences are exact only in what they weigh."""
    numbers = {
        "n": str(INCIDENTS),
        "each": str(SAMPLES_EACH),
        "at": f"CAST({at} AS float8)",
        "hour": str(math.floor(at / 3600)),
    }
    texts = {"diagnosis": diagnosis_columns(DIAGNOSIS)["diagnosis"], "body": encoded(sample(1, 1, at))}
    for template in _STATEMENTS:
        statement = re.sub(r":(n|each|at|hour)\b", lambda found: numbers[found[1]], template)
        connection.execute(text(statement), {name: value for name, value in texts.items() if f":{name}" in statement})
    for table in (
        "error_investigations",
        "incident_texts",
        "occurrences",
        "incident_facets",
        "incident_hours",
        "stream",
        "seen_events",
    ):
        connection.execute(text(f"ANALYZE sealane.{table}"))


_STATEMENTS = (
    """
    INSERT INTO sealane.error_investigations (fingerprint, subject, host, origin, title, state,
        episode, episode_began, count, first_seen, last_seen, class, unsure, outage, diagnosis, at_least, revisions,
        hour, hour_count, sampled, version, changed_at)
    SELECT 'v1:' || md5(CAST(i AS text)), 'moonshot@api.moonshot.ai', 'api.moonshot.ai', 'router',
        'request reached limit ' || md5(CAST(i AS text)),
        (ARRAY['open','open','regressed','resolved','resolved','resolved','ignored','escalating'])[1 + i % 8], 1,
        :at - i * 60, 50 + i % 5000, :at - i * 90 - 86400, :at - i * 60,
        (ARRAY['rate_limit','timeout_read','upstream_5xx','auth_invalid_key'])[1 + i % 4], i % 10 = 0, i % 4 = 2,
        :diagnosis, false, '{"team/chat"\\: 3}', :hour, 20, 50, 2, :at - i * 60
    FROM generate_series(1, :n) AS i
    """,
    """
    INSERT INTO sealane.incident_texts (incident, search)
    SELECT id, subject || ' ' || title || repeat(' wording', 12) FROM sealane.error_investigations
    """,
    """
    INSERT INTO sealane.incident_keys (key, incident, home)
    SELECT fingerprint || ' ' || subject, id, id FROM sealane.error_investigations
    """,
    """
    INSERT INTO sealane.occurrences (incident, minute, facet_set, occurred_at, first, body)
    SELECT i, j, md5(CAST(j AS text)), :at - i * 60 - j * 300, j < 50, :body
    FROM generate_series(1, :n) AS i, generate_series(1, :each) AS j
    """,
    """
    INSERT INTO sealane.incident_facets (incident, facet, value, count)
    SELECT i, 'tenant', 'tenant-' || (i * 7 + j) % 500, 10 FROM generate_series(1, :n) AS i, generate_series(1, 20) AS j
    UNION ALL SELECT i, 'route', 'team-' || i % 40 || '/chat', 50 FROM generate_series(1, :n) AS i
    UNION ALL SELECT i, 'provider', 'moonshot', 50 FROM generate_series(1, :n) AS i
    UNION ALL SELECT i, 'model', 'kimi-' || i % 5, 50 FROM generate_series(1, :n) AS i
    UNION ALL SELECT i, 'status', CAST(400 + i % 30 AS text), 50 FROM generate_series(1, :n) AS i
    """,
    """
    INSERT INTO sealane.incident_hours (incident, hour, count)
    SELECT i, :hour - j, 5 FROM generate_series(1, :n) AS i, generate_series(0, 29) AS j
    """,
    """
    INSERT INTO sealane.stream (number, kind, incident, at)
    SELECT j, 'counted', 1 + j % :n, :at FROM generate_series(1, 100000) AS j
    """,
    "UPDATE sealane.counters SET value = 100000 WHERE name = 'stream'",
    """
    INSERT INTO sealane.seen_events (id, hour)
    SELECT md5(CAST(j AS text)), :hour - j % 160 FROM generate_series(1, 1000000) AS j
    """,
    """
    INSERT INTO sealane.incident_deeds (incident, at, actor, deed, arguments)
    SELECT i, :at, 'ada', 'comment', '{"text"\\: "looking"}' FROM generate_series(1, :n) AS i
    """,
    """
    INSERT INTO sealane.notices (incident, episode, kind, created_at, due_at, attempts, fence, settled_at)
    SELECT i, 1, 'new', :at, :at, 1, 1, CASE WHEN i > 200 THEN :at END FROM generate_series(1, :n) AS i
    """,
    """
    INSERT INTO sealane.investigations (incident, episode, trigger, asked_at, until, fence, tries, done_at)
    SELECT i, 1, 'new', :at, 0, 1, 1, CASE WHEN i > 200 THEN :at END FROM generate_series(1, :n) AS i
    """,
)
