"""Which cluster, as whom and where: kubectl's own answers."""

import json
import os
from pathlib import Path

import pytest

from sealane_cli.cluster.failures import CommandFailed
from sealane_cli.cluster.kubeconfig import Flags, config_files, find_place


def _config(path: Path, name: str, *, namespace: str = "", current: str | None = None) -> Path:
    context = {"cluster": name, "user": name} | ({"namespace": namespace} if namespace else {})
    document = {
        "clusters": [{"name": name, "cluster": {"server": f"http://{name}.test:1"}}],
        "users": [{"name": name, "user": {"token": f"token-of-{name}"}}],
        "contexts": [{"name": name, "context": context}],
    } | ({} if current == "" else {"current-context": current or name})
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_the_flag_comes_before_the_environment_and_that_before_home(tmp_path: Path) -> None:
    """One file of the flag; the files of KUBECONFIG that exist; the home directory's."""
    (tmp_path / ".kube").mkdir()
    home, a, b = (_config(tmp_path / name, "x") for name in (".kube/config", "a", "b"))
    environ = {"KUBECONFIG": os.pathsep.join((str(a), "/nowhere", str(b))), "HOME": str(tmp_path)}

    assert config_files(Flags(kubeconfig=str(b)), environ) == [b]
    assert config_files(Flags(), environ) == [a, b]
    assert config_files(Flags(), {"HOME": str(tmp_path)}) == [home]


def test_inside_a_pod_no_file_is_needed(tmp_path: Path) -> None:
    """The ServiceAccount is used where there is nothing else."""
    assert config_files(Flags(), {"HOME": str(tmp_path), "KUBERNETES_SERVICE_HOST": "10.0.0.1"}) == []


@pytest.mark.parametrize(
    ("flags", "environ", "words"),
    [
        (Flags(kubeconfig="/nowhere"), {}, "--kubeconfig /nowhere names no file"),
        (Flags(), {"KUBECONFIG": "/nowhere"}, "KUBECONFIG=/nowhere names no file"),
        (Flags(), {"HOME": "/nowhere"}, "there is no kubeconfig: write /nowhere/.kube/config"),
    ],
    ids=["flag", "variable", "home"],
)
def test_what_is_named_has_to_be_there(flags: Flags, environ: dict[str, str], words: str) -> None:
    """Nothing else is used instead."""
    with pytest.raises(CommandFailed, match=words):
        config_files(flags, environ)


async def test_the_first_file_names_the_context(tmp_path: Path) -> None:
    """As with kubectl; the context names cluster, user and namespace, and a flag outdoes each."""
    a = _config(tmp_path / "a", "one", namespace="team")
    b = _config(tmp_path / "b", "two")
    environ = {"KUBECONFIG": f"{a}{os.pathsep}{b}"}

    place = await find_place(Flags(), environ)
    assert (place.configuration.host, place.namespace) == ("http://one.test:1", "team")

    place = await find_place(Flags(namespace="other"), environ)
    assert place.namespace == "other"

    place = await find_place(Flags(context="two"), environ)
    assert (place.configuration.host, place.namespace) == ("http://two.test:1", "default")
    assert place.configuration.api_key["BearerToken"] == "Bearer token-of-two"


async def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """Broken YAML, a context that is not there, none at all: one line each, without a secret."""
    good = _config(tmp_path / "good", "one")
    broken = tmp_path / "broken"
    broken.write_text("{", encoding="utf-8")
    undecided = _config(tmp_path / "undecided", "one", current="")

    for flags, words in (
        (Flags(kubeconfig=str(broken)), "cannot be used: .*kubectl config view"),
        (Flags(kubeconfig=str(good), context="three"), "cannot be used: .*three"),
        (Flags(kubeconfig=str(undecided)), "no current context: choose one with --context"),
    ):
        with pytest.raises(CommandFailed, match=words) as raised:
            await find_place(flags, {})
        assert "\n" not in str(raised.value)
        assert "token-of" not in str(raised.value)


async def test_a_pod_without_an_account_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What should have been there is named."""
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    environ = {"HOME": str(tmp_path), "KUBERNETES_SERVICE_HOST": "10.0.0.1"}

    with pytest.raises(CommandFailed, match="the pod's ServiceAccount cannot be used"):
        await find_place(Flags(), environ)
