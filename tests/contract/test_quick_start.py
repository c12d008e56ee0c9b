"""The README's quick start can be typed: its shell is valid, its route is accepted, and its chart renders."""

import shlex
import subprocess
from pathlib import Path

import yaml

from sealane_api.provider_route import ProviderRoute
from tests.architecture.house import ROOT
from tests.support.readme import QUICK_START, commands


def test_its_shell_is_valid() -> None:
    """Every block, read and not run."""
    blocks = commands(QUICK_START)
    said = [subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, timeout=10) for block in blocks]

    assert len(blocks) >= 6
    assert [each.stderr for each in said] == [""] * len(blocks)


def test_its_route_is_accepted() -> None:
    """As the CRD judges it."""
    (block,) = (each for each in commands(QUICK_START) if "kind: ProviderRoute" in each)
    document = yaml.safe_load(block.partition("<<END\n")[2].partition("\nEND\n")[0])

    route = ProviderRoute.model_validate(document)
    assert [each.name for each in route.spec.rules] == ["kimi"]


def test_its_chart_renders(helm: Path) -> None:
    """With the values that it sets, for the namespace that it names."""
    block = commands(QUICK_START)[0]
    words = shlex.split(block.replace("\\\n", " "))
    assert words[:4] == ["helm", "install", "sealane", "charts/sealane"]
    flags = [word for word in words[4:] if word not in {"--wait", "--create-namespace"}]
    done = subprocess.run(
        [helm, "template", *words[2:4], *flags], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    kinds = [each["kind"] for each in yaml.safe_load_all(done.stdout) if each]

    assert kinds.count("Deployment") == 2
    assert sum("-dashboard" in each["metadata"]["name"] for each in yaml.safe_load_all(done.stdout) if each) == 3
