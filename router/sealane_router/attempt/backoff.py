"""How long a retry waits."""

from collections.abc import Callable

_BASE = 0.1
_CAP = 2.0
_DOUBLINGS_TO_CAP = 5

#: A client that is made to wait longer is better served by an error that says how long.
LONGEST_WAIT = 5.0


def backoff(retry_number: int, random: Callable[[], float], stated: float | None = None) -> float | None:
    """Seconds before the ``retry_number``-th retry (from 1), or None when no retry is worth the wait.

    Full jitter: anything between zero and a ceiling that doubles from 100 ms to 2 s. A wait that the provider
    stated replaces it, to the letter up to 5 s; beyond that there is no retry. A stated zero states nothing.
    """
    if stated is not None and stated > 0:
        return stated if stated <= LONGEST_WAIT else None
    return random() * min(_CAP, _BASE * 2.0 ** min(retry_number - 1, _DOUBLINGS_TO_CAP))
