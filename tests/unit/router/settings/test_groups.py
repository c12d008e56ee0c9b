"""The settings and their defaults."""

from pathlib import Path

from sealane_router.settings.groups import (
    ClusterSettings,
    InvestigatorSettings,
    LifecycleSettings,
    ListenerSettings,
    ObservationSettings,
    SourceSettings,
    TokenSettings,
    UpstreamSettings,
)


def test_the_listener_is_on_loopback_with_the_documented_limits() -> None:
    """A first try exposes nothing; limits are those of the architecture page."""
    listener = ListenerSettings()

    assert (str(listener.traffic), str(listener.admin)) == ("127.0.0.1:8080", "127.0.0.1:9090")
    assert (listener.body_limit, listener.head_limit, listener.pipeline_limit) == (32 << 20, 64 << 10, 64 << 10)
    assert (listener.buffered_bodies, listener.max_connections) == (512 << 20, 10_000)
    assert (listener.head_timeout, listener.body_idle_timeout, listener.keep_alive_timeout) == (10.0, 60.0, 75.0)


def test_nothing_is_read_and_nobody_let_in_by_default() -> None:
    """No routes, no keys, and no consent to serve strangers."""
    assert SourceSettings() == SourceSettings((), None, None, False, 0.5)


def test_files_are_followed_unless_somebody_says_so() -> None:
    """No cluster, no kubeconfig, every namespace, and nothing written anywhere."""
    assert ClusterSettings() == ClusterSettings(False, None, (), None, None)


def test_tokens_are_keys_that_nobody_knows_unless_somebody_says_so() -> None:
    """Then a revoked one is gone within a minute, and a good one outlives ten of an outage."""
    tokens = TokenSettings()

    assert (tokens.review, tokens.audience, tokens.wait) == (False, "sealane", 3.0)
    assert (tokens.reviews, tokens.cache, tokens.recheck, tokens.outage) == (32, 10_000, 30.0, 600.0)


def test_upstream_connections_are_left_before_the_provider_leaves() -> None:
    """Idle connections go before the usual 60 s, old ones after ten minutes."""
    upstream = UpstreamSettings()

    assert (upstream.idle_limit, upstream.age_limit, upstream.models_cache) == (55.0, 600.0, 300.0)
    assert upstream.hold_limit == 1 << 20
    assert str(upstream.allowed_networks) == "default"


def test_a_router_leaves_slowly_and_speaks_up() -> None:
    """The cluster's propagation time is the default; the log is on."""
    assert LifecycleSettings() == LifecycleSettings("local", 30.0, 5.0)
    assert ObservationSettings() == ObservationSettings("info", True, True, "", "")


def test_a_path_is_a_path() -> None:
    """Groups can be built by hand, as tests do."""
    assert SourceSettings(routes=(Path("routes.yaml"),)).routes == (Path("routes.yaml"),)


def test_nobody_is_told_of_errors_by_default() -> None:
    """No address, no token, no key of the installation, no tenant apart; two seconds for last words."""
    assert InvestigatorSettings() == InvestigatorSettings("", None, 2.0, None, "")
