"""Where the API is, and who asks."""

from pathlib import Path

import pytest

from sealane_kube.configuration import load_configuration
from sealane_kube.errors import KubeconfigError
from sealane_telemetry.settings.variable import SettingsError
from tests.support.scripted_kubernetes import ScriptedKubernetes


async def test_a_kubeconfig_says_where_the_api_is(tmp_path: Path) -> None:
    """The library does not ask again by itself."""
    found = await load_configuration(ScriptedKubernetes(url="http://127.0.0.1:9").kubeconfig(tmp_path))

    assert (found.host, found.retries) == ("http://127.0.0.1:9", None)


@pytest.mark.parametrize("text", ["", "nonsense: [", "[]", "{}", "current-context: nowhere"])
async def test_a_kubeconfig_that_cannot_be_used_is_a_wrong_setting(tmp_path: Path, text: str) -> None:
    """The text names it, on one line."""
    file = tmp_path / "kubeconfig"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(KubeconfigError, match=r"^kubeconfig .* cannot be used: .+$") as caught:
        await load_configuration(file)

    assert isinstance(caught.value, SettingsError)
    assert caught.value.reason in str(caught.value)


async def test_outside_a_pod_there_is_no_service_account() -> None:
    """Whoever names no kubeconfig is told so."""
    with pytest.raises(KubeconfigError, match="the pod's ServiceAccount cannot be used"):
        await load_configuration(None)
