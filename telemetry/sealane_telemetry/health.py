"""Health checks, rendered the way Kubernetes renders ``/livez?verbose`` and ``/readyz?verbose``."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from .redaction import scrub
from .tracebacks import type_name

#: A longer reason is cut.
MAX_REASON = 512


@dataclass(frozen=True, slots=True)
class Check:
    """One named check.

    ``probe`` returns None when all is well, else the reason, which an operator will read: no private text. It
    does no I/O. The reason of an ``advisory`` check is shown and does not make the report fail: something to
    know about a router that serves, such as an edit of the routes that was refused.
    """

    name: str
    probe: Callable[[], str | None]
    advisory: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one check said; ``reason`` is empty when all is well."""

    name: str
    reason: str = ""
    advisory: bool = False
    excluded: bool = False

    @property
    def ok(self) -> bool:
        """Whether the report may pass as far as this check is concerned."""
        return self.excluded or self.advisory or not self.reason

    def line(self) -> str:
        """Return the line of the check, without a line feed."""
        if self.excluded:
            return f"[+]{self.name} excluded: ok"
        if not self.reason:
            return f"[+]{self.name} ok"
        if self.advisory:
            return f"[+]{self.name} ok: {self.reason}"
        return f"[-]{self.name} failed: {self.reason}"


@dataclass(frozen=True, slots=True)
class HealthReport:
    """The outcomes of a group of checks, in order; ``group`` is ``livez`` or ``readyz``.

    ``unknown`` are names that were to be excluded and are no checks.
    """

    group: str
    outcomes: tuple[Outcome, ...]
    unknown: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every check passed."""
        return all(outcome.ok for outcome in self.outcomes)

    @property
    def status(self) -> int:
        """The HTTP status: 200, or 500 as Kubernetes has it."""
        return 200 if self.ok else 500

    def render(self, *, verbose: bool) -> str:
        """Return the body, plain text: ``ok``, or every check when one failed or ``verbose``."""
        if self.ok and not verbose:
            return "ok"
        lines = [outcome.line() for outcome in self.outcomes]
        if self.unknown:
            names = ", ".join(f'"{name}"' for name in self.unknown)
            lines.append(f"warn: some health checks cannot be excluded: no matches for {names}")
        lines.append(f"{self.group} check {'passed' if self.ok else 'failed'}")
        return "\n".join(lines) + "\n"


class HealthChecks:
    """The checks of one group, run in the order given."""

    def __init__(self, group: str, checks: Iterable[Check]) -> None:
        self.group = group
        self.checks = tuple(checks)

    def report(self, exclude: Collection[str] = ()) -> HealthReport:
        """Run the checks but those named in ``exclude`` (the values of ``?exclude=``)."""
        known = {check.name for check in self.checks}
        return HealthReport(
            self.group,
            tuple(_run(check, excluded=check.name in exclude) for check in self.checks),
            tuple(sorted(_one_line(name) for name in set(exclude) - known)),
        )


def _run(check: Check, *, excluded: bool) -> Outcome:
    if excluded:
        return Outcome(check.name, excluded=True)
    try:
        reason = check.probe()
    except Exception as error:  # noqa: BLE001 - a check that cannot be made has failed, whatever the error
        # Not advisory: nobody knows what the check would have said.
        return Outcome(check.name, f"the check itself failed with {type_name(type(error))}")
    return Outcome(check.name, _one_line(reason or ""), check.advisory)


def _one_line(text: str) -> str:
    return scrub(" ".join(text.split()))[:MAX_REASON]
