"""kopf's settings: each is one of its traps avoided."""

import kopf

from sealane_operator.handlers import watching


def test_kopf_does_nothing_but_watch() -> None:
    """No scanning, no peering, no Events, and no SIGKILL of a thread among others."""
    settings = watching.settings()

    assert settings.scanning.disabled
    assert settings.peering.standalone
    assert not settings.posting.enabled
    assert settings.process.ultimate_exiting_timeout is None
    assert settings.queueing.worker_limit is None


def test_everything_has_a_time_limit() -> None:
    """Server, client, connecting and silence; the API takes the first one as whole seconds only."""
    watched = watching.settings().watching

    assert (watched.server_timeout, watched.client_timeout) == (300, 310.0)
    assert isinstance(watched.server_timeout, int)
    assert (watched.connect_timeout, watched.inactivity_timeout) == (10.0, 70.0)
    assert watched.chunk_size == 200


def test_an_api_that_is_back_is_noticed_soon() -> None:
    """Pauses never grow beyond five seconds, and a minute of refusals ends the watch."""
    pauses = list(watching.RETRY_PAUSES)

    assert max(pauses) == 5.0
    assert 50.0 < sum(pauses) < 70.0


def test_handlers_are_in_a_registry_of_their_own() -> None:
    """Of kopf's global one nothing is used, and no handler of ours would add a finalizer."""

    async def never() -> tuple[str, object]:
        raise AssertionError

    registry = watching.registry(never)  # type: ignore[arg-type]
    selectors = [handler.selector for handler in registry._watching.get_all_handlers()]

    assert registry is not kopf.get_default_registry()
    assert {(each.group, each.version, each.any_name) for each in selectors if each is not None} == {
        ("sealane.dev", "v1alpha1", "providerroutes"),
        ("sealane.dev", "v1alpha1", "providerrouterevisions"),
    }
    assert not list(registry._changing.get_all_handlers())
    assert not list(registry._spawning.get_all_handlers())
