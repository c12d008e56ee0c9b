"""Reading the settings from flags and environment."""

import dataclasses

import pytest

from sealane_router.settings.reading import Settings, unknown_variables
from sealane_router.settings.variable import SettingsError


def test_an_empty_environment_gives_the_defaults() -> None:
    """Nothing needs to be set."""
    assert Settings.from_environment({}) == Settings()


def test_a_flag_beats_the_environment_beats_the_commands_default() -> None:
    """The nearer to the person who starts it, the stronger."""
    environ = {"SEALANE_DRAIN_DEADLINE": "20s", "SEALANE_LISTEN": "127.0.0.1:1"}
    settings = Settings.from_environment(
        environ,
        {"--listen": "127.0.0.1:2"},
        defaults={"SEALANE_PROPAGATION_TIME": "0s", "SEALANE_DRAIN_DEADLINE": "1s"},
    )

    assert settings.listener.traffic.port == 2
    assert settings.lifecycle.drain_deadline == 20.0
    assert settings.lifecycle.propagation_time == 0.0


def test_an_empty_variable_is_unset() -> None:
    """Templates leave variables empty; an empty flag on the other hand says something."""
    assert Settings.from_environment({"SEALANE_BODY_LIMIT": ""}) == Settings()
    with pytest.raises(SettingsError, match="--body-limit: found ''"):
        Settings.from_environment({}, {"--body-limit": ""})


def test_every_problem_is_named_at_once() -> None:
    """Each line has the variable or flag, what was found and what to write."""
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(
            {"SEALANE_BODY_LIMIT": "32MB", "SEALANE_ANONYMOUS": "yes"}, {"--drain-deadline": "30"}
        )

    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert "SEALANE_BODY_LIMIT: found '32MB'; write a size such as 65536, 64KiB, 32MiB or 1GiB" in lines
    assert "SEALANE_ANONYMOUS: found 'yes'; write true or false" in lines
    assert "--drain-deadline: found '30'; write a duration such as 500ms, 30s or 1m30s" in lines


def test_an_open_door_needs_consent() -> None:
    """On an address that others reach there is a key file, or somebody said ``--anonymous``."""
    reachable = {"SEALANE_LISTEN": "0.0.0.0:8080"}

    with pytest.raises(SettingsError, match="write --keys FILE, --token-review true, or --anonymous"):
        Settings.from_environment(reachable)
    assert Settings.from_environment(reachable, {"--anonymous": "true"}).sources.anonymous
    assert Settings.from_environment(reachable, {"--keys": "keys.yaml"}).sources.keys is not None


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"SEALANE_KEYS": "k.yaml", "SEALANE_ANONYMOUS": "true"}, "SEALANE_ANONYMOUS: a key file is set too"),
        ({"SEALANE_BODY_LIMIT": "1GiB"}, "SEALANE_BODY_LIMIT: one body could exceed"),
        ({"SEALANE_ADMIN": "127.0.0.1:8080"}, "SEALANE_ADMIN: 127.0.0.1:8080 is the traffic address"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(environ: dict[str, str], message: str) -> None:
    """Each is fine alone; together they cannot be meant."""
    with pytest.raises(SettingsError, match=message):
        Settings.from_environment(environ)


def test_a_misspelt_flag_is_refused() -> None:
    """The nearest real one is offered."""
    with pytest.raises(SettingsError, match=r"--body-limits: no such setting; did you mean --body-limit\?"):
        Settings.from_environment({}, {"--body-limits": "1MiB"})
    with pytest.raises(SettingsError, match=r"SEALANE_LISTENN: no such setting; did you mean SEALANE_LISTEN\?"):
        Settings.from_environment({}, defaults={"SEALANE_LISTENN": "x"})


def test_a_misspelt_variable_is_pointed_out() -> None:
    """Variables that Kubernetes adds for Services are not ours to judge."""
    environ = {
        "SEALANE_LISTN": "x",
        "SEALANE_BODY_LIMIT": "1MiB",
        "SEALANE_ROUTER_SERVICE_HOST": "10.0.0.1",
        "SEALANE_SERVICE_PORT_HTTP": "80",
        "SEALANE_PORT": "tcp://10.0.0.1:80",
        "SEALANE_ROUTER_ADMIN_PORT_9090_TCP_ADDR": "10.0.0.1",
        "PATH": "/bin",
    }

    assert unknown_variables(environ) == ("SEALANE_LISTN: no such setting; did you mean SEALANE_LISTEN?",)


def test_variables_and_flags_are_unique() -> None:
    """Two settings never share a name."""
    variables = Settings.variables()

    assert len({variable.name for variable in variables}) == len(variables)
    assert all(variable.name.startswith("SEALANE_") for variable in variables)


def test_what_holds_can_be_shown() -> None:
    """Every setting appears once, as a JSON value."""
    shown = Settings.from_environment({"SEALANE_ROUTES": "a.yaml,b.yaml"}).effective()

    assert set(shown) == {variable.name for variable in Settings.variables()}
    assert shown["SEALANE_ROUTES"] == "a.yaml,b.yaml"
    assert shown["SEALANE_LISTEN"] == "127.0.0.1:8080"
    assert shown["SEALANE_KEYS"] == ""
    assert shown["SEALANE_ANONYMOUS"] is False


def test_settings_do_not_change() -> None:
    """They are read once; a layer may keep its group."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().listener.body_limit = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"--cluster": "true", "--routes": "a.yaml"}, "SEALANE_ROUTES: SEALANE_CLUSTER is set too; write one of"),
        ({"--cluster": "true", "--secrets": "dir"}, "SEALANE_SECRETS: SEALANE_CLUSTER is set too; write one of"),
        ({"--kubeconfig": "file"}, "SEALANE_KUBECONFIG: the router reads files; write --cluster true or --token-rev"),
        ({"--namespaces": "team"}, "SEALANE_NAMESPACES: the router reads files; write --cluster true"),
        ({"--snapshot": "dir"}, "SEALANE_SNAPSHOT: the router reads files; write --cluster true"),
        ({"--cluster": "true", "--snapshot-keys": "dir"}, "SEALANE_SNAPSHOT_KEYS: keys without routes serve nothing"),
    ],
)
def test_a_router_follows_files_or_a_cluster(flags: dict[str, str], words: str) -> None:
    """What only makes sense for the other is refused, and not passed over."""
    with pytest.raises(SettingsError, match=words):
        Settings.from_environment({}, flags)


def test_tokens_are_a_way_to_know_callers() -> None:
    """An address that others can reach needs nothing more, and strangers cannot be let in beside them."""
    reachable = {"--listen": "0.0.0.0:8080", "--token-review": "true", "--kubeconfig": "file"}
    settings = Settings.from_environment({}, reachable)

    assert settings.tokens.review
    with pytest.raises(SettingsError, match="SEALANE_ANONYMOUS: tokens are taken too"):
        Settings.from_environment({}, {**reachable, "--anonymous": "true"})


def test_everything_about_a_cluster_goes_together() -> None:
    """Each setting is read, and shown by its variable."""
    written = {
        "SEALANE_CLUSTER": "true",
        "SEALANE_KUBECONFIG": "/etc/kubeconfig",
        "SEALANE_NAMESPACES": "team-a,team-b",
        "SEALANE_SNAPSHOT": "/var/lib/sealane",
        "SEALANE_SNAPSHOT_KEYS": "/run/sealane",
    }
    settings = Settings.from_environment(written)

    assert settings.cluster.follow
    assert settings.cluster.namespaces == ("team-a", "team-b")
    assert settings.effective() | {**written, "SEALANE_CLUSTER": True} == settings.effective()


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"--investigator-url": "http://i:8081"}, "SEALANE_INVESTIGATOR_URL: the investigator takes nothing without a"),
        ({"--investigator-token-file": "token"}, "SEALANE_INVESTIGATOR_TOKEN_FILE: there is no --investigator-url"),
    ],
)
def test_an_investigator_has_an_address_and_a_token(flags: dict[str, str], words: str) -> None:
    """One without the other is a mistake."""
    with pytest.raises(SettingsError, match=words):
        Settings.from_environment({}, flags)
    both = {"--investigator-url": "http://i:8081/", "--investigator-token-file": "token"}

    assert Settings.from_environment({}, both).investigator.url == "http://i:8081"
