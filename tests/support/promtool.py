"""promtool: Prometheus' own judge of rule files, and what it says to a story of samples."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.support.cluster_binaries import ProgramMissing

_RECIPE = Path(__file__).resolve().parents[2] / "cluster" / "promtool.sh"


def find_promtool() -> Path:
    """The machine's, or the one of ``make promtool``. Raises ProgramMissing."""
    return _find("promtool")


def find_prometheus() -> Path:
    """The server that comes with it. Raises ProgramMissing."""
    return _find("prometheus")


def _find(name: str) -> Path:
    said = subprocess.run([_RECIPE, "program", name], capture_output=True, text=True, timeout=30, check=True)
    program = Path(said.stdout.strip())
    if not program.is_file():
        raise ProgramMissing(f"{name} is missing: 'make promtool' gets it in seconds.")
    return program


def checked(program: Path, rules: Path) -> str:
    """What ``promtool check rules`` finds wrong; empty when nothing is."""
    done = _run(program, "check", "rules", "--lint=all", "--lint-fatal", str(rules))
    return "" if done.returncode == 0 else done.stdout + done.stderr


def judged(
    program: Path,
    rules: Path,
    folder: Path,
    series: Mapping[str, str],
    expected: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]],
) -> str:
    """What ``promtool test rules`` finds wrong; empty when nothing is.

    ``series`` are samples a minute apart, in promtool's notation; ``expected`` has, by time (``7m``) and alert, those
    that fire then: ``exp_labels`` and ``exp_annotations``.
    """
    told = [
        {"eval_time": at, "alertname": alert, "exp_alerts": list(firing)}
        for at, alerts in expected.items()
        for alert, firing in alerts.items()
    ]
    story = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "alert_rule_test": told,
    }
    file = folder / "story.json"  # which is YAML as well
    file.write_text(json.dumps({"rule_files": [str(rules)], "tests": [story]}), encoding="utf-8")
    done = _run(program, "test", "rules", str(file))
    return "" if done.returncode == 0 else done.stdout + done.stderr


def _run(program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=False)
