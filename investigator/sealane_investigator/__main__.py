"""The command ``sealane-investigator``; each of its commands imports what it needs when it runs."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="sealane-investigator",
    help="Finds every error once, explains it and recommends a fix.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _commands() -> None:
    """Find every error once, explain it and recommend a fix."""


#: Every setting of docs/investigator.md is a flag, so the flags are read by the settings themselves.
_SETTINGS = {"allow_extra_args": True, "ignore_unknown_options": True}


@app.command(context_settings=_SETTINGS)
def serve(context: typer.Context) -> None:
    """Take errors and show incidents until SIGTERM. Every setting of docs/investigator.md is a flag."""
    from .app.commands import run_serve

    raise typer.Exit(run_serve(context.args, os.environ))


@app.command(context_settings=_SETTINGS)
def migrate(context: typer.Context) -> None:
    """Bring the tables of the database up to this release."""
    from .app.commands import run_migrate

    raise typer.Exit(run_migrate(context.args, os.environ))


@app.command()
def diagnose(
    file: Annotated[
        Path | None, typer.Argument(help="Lines to read; standard input when absent.", exists=True, dir_okay=False)
    ] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Lines of JSON in, lines of JSON out (the only form).")] = True,  # noqa: ARG001
) -> None:
    """Say what each error is: {"text", "http_status"?, "provider"?} a line, one answer a line; no network."""
    from .app.diagnosing import answers

    out = sys.stdout
    out.reconfigure(encoding="ascii", newline="\n")  # type: ignore[union-attr]
    try:
        with file.open("rb") if file is not None else sys.stdin.buffer as lines:
            for answer in answers(lines):
                out.write(answer + "\n")
                if sys.stdin.buffer is lines:
                    out.flush()
        out.flush()
    except BrokenPipeError:
        # Whoever read has enough; Python would complain again when it closes the descriptor at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> None:
    """Run the command; the exit code is typer's (2: how it was called is wrong)."""
    app()


if __name__ == "__main__":
    main()
