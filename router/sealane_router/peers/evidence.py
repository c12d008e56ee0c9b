"""What peers said of providers that are open here, for as long as it may be believed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sealane_api.report import ProviderReport, RouterReport

from .times import PeerTimes


@dataclass(frozen=True, slots=True)
class _Word:
    """A peer's word on one provider; worthless at ``until``."""

    closed: bool
    until: float


class PeerEvidence:
    """Words of peers by provider; peers are told apart by their process, so that two addresses are no two witnesses.

    Holds one word for each provider asked about and each peer, and forgets what is older than ``PeerTimes.fresh``.
    """

    def __init__(self, times: PeerTimes) -> None:
        self._times = times
        self._heard: dict[str, float] = {}
        self._words: dict[tuple[str, str], dict[str, _Word]] = {}

    def hear(self, report: RouterReport, asked: Collection[str], at: float) -> None:
        """Take the report of a peer that was asked about the routes ``asked`` at the moment ``at``."""
        self._heard[report.process] = max(at, self._heard.get(report.process, at))
        for route in asked:
            # A route or provider that the peer does not have says as little as one that it does not use.
            told = report.routes.get(route)
            for name, provider in {} if told is None else told.providers.items():
                self._take(report.process, (route, name), provider, at)

    def forget(self, now: float) -> None:
        """Drop what may not be believed any more."""
        self._heard = {process: at for process, at in self._heard.items() if now - at < self._times.fresh}
        for key, words in list(self._words.items()):
            live = {process: word for process, word in words.items() if now < word.until}
            if live:
                self._words[key] = live
            else:
                del self._words[key]

    def fresh(self, now: float) -> int:
        """How many peers have a report that counts."""
        return sum(now - at < self._times.fresh for at in self._heard.values())

    def closed_at(self, route: str, providers: Sequence[str], now: float) -> int:
        """At how many peers at least one of the providers is closed and had a success lately."""
        return len(self._peers(route, providers, now, closed=True))

    def open_at(self, route: str, providers: Sequence[str], now: float) -> int:
        """At how many peers some provider is not closed and none is known to work."""
        working = self._peers(route, providers, now, closed=True)
        return len(self._peers(route, providers, now, closed=False) - working)

    def _take(self, process: str, key: tuple[str, str], provider: ProviderReport, at: float) -> None:
        words = self._words.setdefault(key, {})
        words.pop(process, None)
        times = self._times
        if provider.breaker != "closed":
            words[process] = _Word(closed=False, until=at + times.fresh)
        elif provider.success_age is not None and 0 <= provider.success_age < times.success:
            # Closed without a success is how a breaker looks that nobody has asked.
            words[process] = _Word(closed=True, until=at + min(times.fresh, times.success - provider.success_age))

    def _peers(self, route: str, providers: Sequence[str], now: float, *, closed: bool) -> set[str]:
        return {
            process
            for name in providers
            for process, word in self._words.get((route, name), {}).items()
            if word.closed is closed and now < word.until
        }
