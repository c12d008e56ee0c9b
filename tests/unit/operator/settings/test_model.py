"""The settings of the operator."""

import pytest

from sealane_operator.settings.model import Settings
from sealane_telemetry.settings.variable import Address, SettingsError

_NAMES = "write at most 1000 namespaces separated by commas, for example team-a,team-b"
_HOME = {"SEALANE_NAMESPACE": "sealane"}


def test_only_its_own_namespace_must_be_told() -> None:
    """Everything else has a default that fits a pod."""
    settings = Settings.from_environment(_HOME)

    assert settings.namespace == "sealane"
    assert (settings.kubeconfig, settings.namespaces, settings.routers, settings.grants) == (None, (), (), None)
    assert settings.listen == Address("0.0.0.0", 8082)
    assert (settings.lease_name, settings.lease_duration, settings.identity) == ("sealane-operator", 15.0, "")
    assert (settings.workers, settings.api_rate, settings.api_burst) == (8, 50, 100)
    assert (settings.watch_stale, settings.stop_deadline, settings.log_level) == (180.0, 5.0, "info")


def test_a_flag_beats_a_variable() -> None:
    """As for every command of sealane."""
    environ = {**_HOME, "SEALANE_WORKERS": "2", "SEALANE_NAMESPACES": "a, b,a", "SEALANE_ROUTERS": "r:1,[::1]:2"}
    settings = Settings.from_environment(environ, {"--workers": "3"})

    assert (settings.workers, settings.namespaces, settings.routers) == (3, ("a", "b"), ("r:1", "[::1]:2"))


def test_every_problem_is_named_at_once() -> None:
    """Each line has the variable or flag, what was found and what to write."""
    environ = {"SEALANE_LEASE_DURATION": "1s", "SEALANE_NAMESPACES": "Team"}
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(environ, {"--worker": "3", "--routers": "router"})

    assert str(caught.value).splitlines() == [
        "--worker: no such setting; did you mean --workers?",
        f"SEALANE_NAMESPACES: found 'Team'; {_NAMES}",
        "--routers: found 'router'; write host:port, for example 127.0.0.1:8080, 0.0.0.0:8080 or [::1]:8080",
        "SEALANE_LEASE_DURATION: found '1s'; write a duration from 2s to 600s",
    ]


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "SEALANE_NAMESPACE: found nothing; write --namespace NAME, where the operator runs"),
        ({"--lease-name": ""}, "SEALANE_LEASE_NAME: found nothing; write --lease-name NAME"),
    ],
)
def test_what_cannot_be_left_out_is_asked_for(environ: dict[str, str], message: str) -> None:
    """A flag may be empty, and says so then."""
    with pytest.raises(SettingsError, match=message):
        Settings.from_environment({} if not environ else _HOME, environ)


def test_what_holds_can_be_shown() -> None:
    """Every setting appears once, as a JSON value."""
    shown = Settings.from_environment({**_HOME, "SEALANE_NAMESPACES": "a,b"}).effective()

    assert set(shown) == {variable.name for variable in Settings.variables()}
    assert (shown["SEALANE_NAMESPACES"], shown["SEALANE_OPERATOR_LISTEN"]) == ("a,b", "0.0.0.0:8082")
    assert (shown["SEALANE_KUBECONFIG"], shown["SEALANE_LEASE_DURATION"]) == ("", 15.0)
