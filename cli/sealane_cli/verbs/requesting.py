"""The verbs that ask for something: promote, pause, resume, abort, retry, undo."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from .session import duration, finish

if TYPE_CHECKING:
    from sealane_cli.cluster.routes import Routes
    from sealane_cli.rollouts.screen import Screen


class DryRun(StrEnum):
    """Who plays through a request that is not meant."""

    CLIENT = "client"
    SERVER = "server"


Name = Annotated[str, typer.Argument(help="The route: chat, or pr/chat.", show_default=False)]
_Wait = Annotated[bool, typer.Option("--wait", help="Wait until the operator has carried it out or refused it.")]
_Timeout = Annotated[str, typer.Option("--timeout", help="How long --wait waits.", metavar="DURATION")]
_Dry = Annotated[
    DryRun | None,
    typer.Option("--dry-run", help="Write nothing; server: let the API server judge.", show_default=False),
]
_Force = Annotated[bool, typer.Option("--force", help="Replace a request that is not carried out yet.")]

#: The verbs without arguments of their own, and what they do.
_PLAIN = {
    "pause": "Keep the candidate at its step.",
    "resume": "Go on from where it was paused.",
    "abort": "Give the candidate up; stable serves everybody.",
    "retry": "Start again what was rolled back or given up.",
}


@dataclass(frozen=True, slots=True)
class _Manner:
    """How a request is made."""

    wait: bool
    timeout: str
    dry_run: DryRun | None
    force: bool


def add_requests(app: typer.Typer) -> None:
    """Make the six verbs commands of ``app``."""
    app.command("promote")(_promote)
    for verb, help_text in _PLAIN.items():
        _add_plain(app, verb, help_text)
    app.command("undo")(_undo)


def _promote(
    context: typer.Context,
    name: Name,
    full: Annotated[bool, typer.Option("--full", help="All the way, without further steps.")] = False,
    wait: _Wait = False,
    timeout: _Timeout = "1m",
    dry_run: _Dry = None,
    force: _Force = False,
) -> None:
    """Take the candidate to its next step now."""
    _send(context, name, "promote", ("full",) if full else (), _Manner(wait, timeout, dry_run, force))


def _undo(
    context: typer.Context,
    name: Name,
    to_revision: Annotated[
        int | None,
        typer.Option(
            "--to-revision", help="Which one; else what served before.", min=1, max=999_999_999, show_default=False
        ),
    ] = None,
    wait: _Wait = False,
    timeout: _Timeout = "1m",
    dry_run: _Dry = None,
    force: _Force = False,
) -> None:
    """Go back to an earlier revision at once."""
    arguments = () if to_revision is None else (str(to_revision),)
    _send(context, name, "undo", arguments, _Manner(wait, timeout, dry_run, force))


def _add_plain(app: typer.Typer, verb: str, help_text: str) -> None:
    @app.command(verb, help=help_text)
    def command(
        context: typer.Context,
        name: Name,
        wait: _Wait = False,
        timeout: _Timeout = "1m",
        dry_run: _Dry = None,
        force: _Force = False,
    ) -> None:
        _send(context, name, verb, (), _Manner(wait, timeout, dry_run, force))


def _send(context: typer.Context, name: str, verb: str, arguments: tuple[str, ...], manner: _Manner) -> None:
    limit = duration(manner.timeout, "--timeout") if manner.wait else 0.0
    if manner.wait and manner.dry_run:
        raise typer.BadParameter("a dry run has no outcome to wait for: leave --wait or --dry-run out")

    async def run(routes: "Routes", screen: "Screen") -> int:
        from sealane_api.request import Verb
        from sealane_cli.rollouts.requests import Asked, send_request

        asked = Asked(Verb(verb), arguments, manner.dry_run or "", limit, manner.force)
        return await send_request(routes, screen, name, asked)

    finish(context, run)
