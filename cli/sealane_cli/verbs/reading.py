"""The verbs that show something: list, status, history, diff, why."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from .requesting import Name
from .session import duration, finish

if TYPE_CHECKING:
    from sealane_cli.cluster.routes import Routes
    from sealane_cli.rollouts.screen import Screen


class Form(StrEnum):
    """How a table is printed instead."""

    WIDE = "wide"
    JSON = "json"
    YAML = "yaml"


class Document(StrEnum):
    """How a document is printed."""

    JSON = "json"
    YAML = "yaml"


_Output = Annotated[Form | None, typer.Option("--output", "-o", help="Another form.", show_default=False)]


def add_readings(app: typer.Typer) -> None:
    """Make the five verbs, and ``get``, commands of ``app``."""
    app.command("list")(_list)
    app.command("get", hidden=True)(_list)
    app.command("status")(_status)
    app.command("history")(_history)
    app.command("diff")(_diff)
    app.command("why")(_why)


def _list(
    context: typer.Context,
    everywhere: Annotated[bool, typer.Option("--all-namespaces", "-A", help="Routes of all namespaces.")] = False,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Go on with a line for each change.")] = False,
    output: _Output = None,
) -> None:
    """List routes, one line each. Also called get."""
    if watch and output in {Form.JSON, Form.YAML}:
        raise typer.BadParameter("--watch prints lines: leave -o out, or write -o wide")

    async def run(routes: "Routes", screen: "Screen") -> int:
        from sealane_cli.rollouts.listing import show_list

        return await show_list(routes, screen, everywhere=everywhere, form=output or "", watch=watch)

    finish(context, run)


def _status(
    context: typer.Context,
    name: Name,
    timeout: Annotated[str, typer.Option("--timeout", help="How long to wait.", metavar="DURATION")] = "1h",
    watch: Annotated[bool, typer.Option("--watch/--no-watch", help="Wait for the end, or look once.")] = True,
    promoted: Annotated[
        bool, typer.Option("--promoted", help="Promotion is enough; do not wait for the bake.")
    ] = False,
) -> None:
    """Follow a rollout until it has ended; the exit code says how."""
    limit = duration(timeout, "--timeout")

    async def run(routes: "Routes", screen: "Screen") -> int:
        from sealane_cli.rollouts.status import show_status

        return await show_status(routes, screen, name, limit=limit, promoted=promoted, watch=watch)

    finish(context, run)


def _history(
    context: typer.Context,
    name: Name,
    output: _Output = None,
) -> None:
    """List the revisions of a route; * serves, ? is on trial."""

    async def run(routes: "Routes", screen: "Screen") -> int:
        from sealane_cli.rollouts.history import show_history

        return await show_history(routes, screen, name, form=output or "")

    finish(context, run)


def _diff(
    context: typer.Context,
    name: Name,
    revisions: Annotated[
        list[int] | None,
        typer.Argument(help="One or two revisions; one is compared with stable.", min=1, show_default=False),
    ] = None,
) -> None:
    """Show what changed between two revisions: stable and candidate, or what served before and stable."""
    numbers = list(revisions or ())
    if len(numbers) > 2:
        raise typer.BadParameter(f"found {len(numbers)} revisions; write at most two")

    async def run(routes: "Routes", screen: "Screen") -> int:
        from sealane_cli.rollouts.difference import show_difference

        return await show_difference(routes, screen, name, numbers)

    finish(context, run)


def _why(
    context: typer.Context,
    name: Name,
    output: Annotated[
        Document | None, typer.Option("--output", "-o", help="The status as it is.", show_default=False)
    ] = None,
) -> None:
    """Show the evidence for a route's state, and what to do about it."""

    async def run(routes: "Routes", screen: "Screen") -> int:
        from sealane_cli.rollouts.why import show_why

        return await show_why(routes, screen, name, form=output or "")

    finish(context, run)
