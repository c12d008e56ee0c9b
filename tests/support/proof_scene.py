"""What the proof's scenarios share: their size, their figures, and a route whose every edition is another revision."""

import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.support.resources import Document, provider, route, rule
from tests.support.sealane_world import World

_KEY = {"secretRef": {"name": "moonshot", "key": "api-key"}}
#: How long an answer takes here depends on what else the machine does, and no scenario is about that.
_ERRORS_ONLY = {"maxLatencyIncreasePercent": 1_000}


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a scenario is: ``make proof`` takes ``FULL``, every other run ``SHORT``. Times are seconds.

    A short run may share its machine with anything: bounds below a few seconds hold in full runs alone.
    """

    full: bool
    runs: int
    hold: int
    bake: int
    fault: float
    down: float
    kill_every: int
    routes: int
    churn: float

    @property
    def name(self) -> str:
        """As the page of figures calls it."""
        return "full" if self.full else "short"


SHORT = Scale(False, runs=3, hold=1, bake=2, fault=2, down=5, kill_every=8, routes=100, churn=5)
FULL = Scale(True, runs=30, hold=30, bake=60, fault=20, down=600, kill_every=1, routes=2_000, churn=180)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value, and the bound that it was held against."""

    scenario: str
    what: str
    measured: str
    bound: str


@dataclass(slots=True)
class Figures:
    """What was measured in this run, in order."""

    scale: Scale
    rows: list[Figure] = field(default_factory=list)

    def add(self, scenario: str, what: str, measured: str, bound: str = "") -> None:
        """Note one."""
        self.rows.append(Figure(scenario, what, measured, bound))

    def table(self) -> list[str]:
        """Lines of Markdown."""
        head = ["| Scenario | Figure | Measured | Bound |", "| --- | --- | --- | --- |"]
        return head + [f"| {each.scenario} | {each.what} | {each.measured} | {each.bound} |" for each in self.rows]

    def write(self, page: Path) -> None:
        """Replace the figures of the page: what is between its two marks."""
        text = page.read_text(encoding="utf-8")
        before, begin, rest = text.partition("<!-- figures -->\n")
        _, end, after = rest.partition("<!-- end of figures -->\n")
        if not (begin and end):
            raise ValueError(f"{page} has no marks between which the figures go")
        said = [f"Run of {datetime.now(UTC):%d %B %Y} on {_machine()}.", "", *self.table()]
        page.write_text(before + begin + "\n" + "\n".join(said) + "\n\n" + end + after, encoding="utf-8")


def _machine() -> str:
    cores = sum(line.startswith("processor") for line in Path("/proc/cpuinfo").read_text("ascii").splitlines())
    memory = int(Path("/proc/meminfo").read_text("ascii").split()[1]) // (1 << 20)
    return f"{cores} cores, {memory} GiB, Linux {platform.release()}, Python {platform.python_version()}"


@dataclass(slots=True)
class Chat:
    """The route of the clients, as the team that owns it edits it: every edition has other content."""

    world: World
    steps: Sequence[tuple[int, int]]
    bake: int
    edition: int = 0

    def apply(self, stub: str = "good", *, base: str = "", model: str = "", spare: str = "", **rollout: Any) -> int:
        """Apply the next edition and return its number; its revision has the same while none is skipped.

        ``base`` is a base URL instead of the stub's, ``model`` what the target asks for instead of the client's name,
        ``spare`` the stub that a fallback goes to; ``rollout`` are fields of the rollout policy.
        """
        self.edition += 1
        self.world.apply(self.document(stub, base=base, model=model, spare=spare, **rollout))
        return self.edition

    def document(
        self, stub: str = "good", *, base: str = "", model: str = "", spare: str = "", **rollout: Any
    ) -> Document:
        """The manifest of the edition."""
        providers = [self._provider("moonshot", base or self.world.stubs.url(stub))]
        target: Document = {"provider": "moonshot"} | ({"model": model} if model else {})
        fields: Document = {
            "targets": [target],
            # No second attempt at the same provider; a fallback is an attempt as well.
            "retry": {"maxAttempts": 2 if spare else 1},
            # An edition differs in what changes nothing for a client.
            "timeouts": {"idle": f"{60 + self.edition}s"},
        }
        if spare:
            providers.append(self._provider("spare", self.world.stubs.url(spare)))
            fields["fallback"] = {"targets": [{"provider": "spare"}]}
        policy = {
            "steps": [{"weight": weight, "hold": f"{hold}s"} for weight, hold in self.steps],
            "bakeTime": f"{self.bake}s",
            **rollout,
            "analysis": _ERRORS_ONLY | rollout.get("analysis", {}),
        }
        return route("chat", providers=providers, rules=[rule(**fields)], rollout=policy, revisionHistoryLimit=100)

    def serve(self, **edition: Any) -> int:
        """Apply an edition, and return its number once it is stable and every router holds it."""
        number = self.apply(**edition)
        self.world.until(
            lambda: self.world.stable() == number and self.world.condition("Programmed").startswith("True/"),
            lambda: f"revision {number} serves: {self.explain()}",
        )
        return number

    def revision(self) -> int:
        """The number of the revision that holds the latest edition; 0 while there is none."""
        idle = self.document()["spec"]["rules"][0]["timeouts"]["idle"]
        numbers = [int(n) for n, spec in self.world.contents().items() if spec["rules"][0]["timeouts"]["idle"] == idle]
        return max(numbers, default=0)

    def explain(self) -> str:
        """Why the route is where it is, for a test that fails."""
        status = self.world.status()
        said = [
            f"{each['type']}={each['status']}/{each['reason']}: {each['message']}"
            for each in status.get("conditions", ())
        ]
        return f"stable {status.get('stable')}, candidate {status.get('candidate')}\n" + "\n".join(said)

    def _provider(self, name: str, base: str) -> Document:
        return provider(
            name,
            baseURL=base,
            allowInsecure=True,
            credential=_KEY,
            dialect="Moonshot",
            breaker={"openFor": "1s", "maxOpenFor": "2s"},
        )
