"""All rows, in the order of the page."""

from tests.scorecard import (
    rows_connections,
    rows_credentials,
    rows_limits,
    rows_outages,
    rows_reach,
    rows_requests,
    rows_server,
    rows_streams,
    rows_targets,
)
from tests.scorecard.row import Row

#: What the rows have in common, beside them.
SECTIONS: tuple[tuple[str, tuple[Row, ...]], ...] = (
    ("The provider cannot be reached", rows_reach.ROWS),
    ("The provider refuses the key, or its money is used up", rows_credentials.ROWS),
    ("The provider has enough to do", rows_limits.ROWS),
    ("The provider refuses the request itself", rows_requests.ROWS),
    ("The provider is broken, or its answer is", rows_server.ROWS),
    ("Silence, and answers that break", rows_streams.ROWS),
    ("A rule with two targets", rows_targets.ROWS),
    ("Kept connections", rows_connections.ROWS),
    ("Outages and recovery", rows_outages.ROWS),
)

ROWS: tuple[Row, ...] = tuple(row for _, rows in SECTIONS for row in rows)
