"""What peers said, and for how long it counts."""

import pytest

from sealane_api.report import ProviderReport, RouteReport, RouterReport
from sealane_router.peers.evidence import PeerEvidence
from sealane_router.peers.times import PeerTimes

_ROUTE = "default/assistants"


def _report(process: str = "p1", **providers: ProviderReport) -> RouterReport:
    return RouterReport(process, process, ready=True, draining=False, routes={_ROUTE: RouteReport(providers=providers)})


def _evidence(*reports: RouterReport, at: float = 100.0) -> PeerEvidence:
    evidence = PeerEvidence(PeerTimes())
    for report in reports:
        evidence.hear(report, (_ROUTE,), at)
    return evidence


def _counts(evidence: PeerEvidence, now: float, *providers: str) -> tuple[int, int]:
    names = providers or ("moonshot",)
    return evidence.closed_at(_ROUTE, names, now), evidence.open_at(_ROUTE, names, now)


@pytest.mark.parametrize(
    ("provider", "counts"),
    [
        (ProviderReport("closed", 0.0), (1, 0)),
        (ProviderReport("closed", 29.9), (1, 0)),
        (ProviderReport("closed", 30.0), (0, 0)),
        (ProviderReport("closed", -1.0), (0, 0)),
        (ProviderReport("closed"), (0, 0)),
        (ProviderReport("half-open", 1.0), (0, 1)),
        (ProviderReport("open", 1.0), (0, 1)),
        (ProviderReport("open"), (0, 1)),
    ],
)
def test_closed_needs_a_success_and_open_needs_none(provider: ProviderReport, counts: tuple[int, int]) -> None:
    """A closed breaker without a success of the last 30 s says nothing at all."""
    assert _counts(_evidence(_report(moonshot=provider)), 100.0) == counts


@pytest.mark.parametrize(
    ("age", "now", "closed"), [(1.0, 109.9, 1), (1.0, 110.0, 0), (25.0, 104.9, 1), (25.0, 105.0, 0)]
)
def test_a_word_ends_with_its_report_or_with_its_success(age: float, now: float, closed: int) -> None:
    """The report is younger than 10 s, the success younger than 30 s."""
    assert _counts(_evidence(_report(moonshot=ProviderReport("closed", age))), now) == (closed, 0)


def test_the_newest_word_of_a_peer_counts() -> None:
    """What it takes back is gone at once."""
    evidence = _evidence(_report(moonshot=ProviderReport("closed", 1.0)))
    evidence.hear(_report(moonshot=ProviderReport("open")), (_ROUTE,), 101.0)
    after_open = _counts(evidence, 101.0)
    evidence.hear(_report(moonshot=ProviderReport("closed")), (_ROUTE,), 102.0)

    assert (after_open, _counts(evidence, 102.0)) == ((0, 1), (0, 0))


def test_a_rule_works_at_a_peer_where_one_of_its_providers_does() -> None:
    """Such a peer is not counted among those that see the outage."""
    evidence = _evidence(
        _report("p1", moonshot=ProviderReport("open"), zai=ProviderReport("closed", 1.0)),
        _report("p2", moonshot=ProviderReport("open"), zai=ProviderReport("closed")),
    )

    assert _counts(evidence, 100.0, "moonshot", "zai") == (1, 1)


def test_a_question_about_no_route_leaves_words_as_they_are() -> None:
    """And shows that the peer is there."""
    evidence = _evidence(_report(moonshot=ProviderReport("closed", 1.0)))
    evidence.hear(_report(), (), 105.0)

    assert _counts(evidence, 105.0) == (1, 0)
    assert (evidence.fresh(114.9), evidence.fresh(115.0)) == (1, 0)


def test_what_was_not_asked_is_not_taken() -> None:
    """However much a peer tells."""
    evidence = PeerEvidence(PeerTimes())
    evidence.hear(_report(moonshot=ProviderReport("closed", 1.0)), ("default/other",), 100.0)

    assert _counts(evidence, 100.0) == (0, 0)


def test_what_is_old_is_forgotten() -> None:
    """Peers that went leave nothing behind."""
    evidence = _evidence(*(_report(f"p{each}", moonshot=ProviderReport("closed", 1.0)) for each in range(5)))
    evidence.forget(109.0)
    kept = len(evidence._heard), len(evidence._words[_ROUTE, "moonshot"])
    evidence.forget(110.0)

    assert (kept, evidence._heard, evidence._words) == ((5, 5), {}, {})
