"""How a changed route goes live: the steps, what is compared, and when a rollout may start."""

import zoneinfo
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from sealane_api.problems import shown
from sealane_api.resource.fields import Count, Duration, Increase, Percent, PercentOrNone, Write
from sealane_api.resource.part import Finding, Part, refuse
from sealane_api.resource.schedule import MAX_LENGTH, schedule_problem

MAX_STEPS = 20
MAX_WINDOWS = 16


def _known_zone(name: str) -> str:
    # The database may be missing from a slim image; UTC needs none.
    if name not in {"UTC", "Etc/UTC"}:
        try:
            zoneinfo.ZoneInfo(name)
        except (OSError, zoneinfo.ZoneInfoNotFoundError) as error:  # OSError: the name of a folder
            raise ValueError("no such time zone") from error
    return name


def _readable_schedule(text: str) -> str:
    problem = schedule_problem(text)
    refuse([] if problem is None else [Finding((), problem)])
    return text


Strategy = Annotated[Literal["Canary", "Immediate"], Write("Canary or Immediate")]

TimeZone = Annotated[
    str,
    Field(min_length=1, max_length=64, pattern=r"^[A-Za-z][-+_A-Za-z0-9]*(/[-+_A-Za-z0-9]+)*$"),
    AfterValidator(_known_zone),
    Write("the name of a time zone such as Etc/UTC or Europe/Zurich"),
]

Schedule = Annotated[
    str,
    Field(min_length=1, max_length=MAX_LENGTH),
    Write('a cron schedule such as "0 2 * * *"', quote=True),
    AfterValidator(_readable_schedule),
]


class StepSpec(Part):
    """A share of the traffic for the candidate, and how long it is watched before the next step."""

    weight: Percent
    """The share of the candidate, in percent; higher than the step's before."""
    hold: Duration = Duration("1m")
    """How long it is watched at this share."""


class AnalysisSpec(Part):
    """How much worse than stable a candidate may be: percentage points of errors, percent of latency."""

    min_requests: Count = 50
    """With fewer requests to the candidate nothing passes."""
    max_error_increase_percent: PercentOrNone = 5
    """How much more of the candidate's requests may fail than of stable's, in percentage points."""
    max_latency_increase_percent: Increase = 50
    """How much longer its p95 time to first content may be than stable's, in percent."""


class WindowSpec(Part):
    """When new rollouts may start: ``duration`` from each time of ``schedule``."""

    schedule: Schedule
    """When the window opens: minute, hour, day of month, month and day of week, as a CronJob has them."""
    duration: Duration
    """How long it stays open."""
    time_zone: TimeZone = "Etc/UTC"
    """The time zone of the schedule, by its IANA name."""


class RolloutSpec(Part):
    """How a changed route goes live; read live, never part of a revision."""

    strategy: Strategy = "Canary"
    """Canary goes through the steps; Immediate goes live at once and is watched."""
    steps: Annotated[tuple[StepSpec, ...], Field(strict=False, min_length=1, max_length=MAX_STEPS)] = (
        StepSpec(weight=10, hold=Duration("1m")),
        StepSpec(weight=50, hold=Duration("2m")),
    )
    """The shares of the candidate, rising; 100 follows the last one."""
    analysis: AnalysisSpec = AnalysisSpec()
    """How the candidate is compared with stable, over the same time."""
    bake_time: Duration = Duration("10m")
    """How long a promoted revision is still watched, and rolled back if it does worse."""
    progress_deadline: Duration = Duration("30m")
    """A rollout that made no step for so long is given up."""
    windows: Annotated[tuple[WindowSpec, ...], Field(strict=False, max_length=MAX_WINDOWS)] = ()
    """When rollouts may start; absent: at any time. One that runs is not stopped."""

    @model_validator(mode="after")
    def _steps_rise(self) -> Self:
        findings = []
        for at in range(1, len(self.steps)):
            weight, before = self.steps[at].weight, self.steps[at - 1].weight
            if weight <= before:
                message = f"found {shown(weight)} after {before}; write weights that rise from step to step"
                findings.append(Finding(("steps", at, "weight"), message))
        refuse(findings)
        return self
