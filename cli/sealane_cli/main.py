"""``sealane``: the command line, one command per thing people do. Heavy imports wait until a command needs them."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from .flags import FlagError, settings_flags

app = typer.Typer(
    name="sealane",
    help="The LLM gateway: every request to the provider that serves its model, and to no other.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
keys_app = typer.Typer(help="API keys of callers.", no_args_is_help=True)
app.add_typer(keys_app, name="keys")

_SETTINGS = {"allow_extra_args": True, "ignore_unknown_options": True}

RouteFiles = Annotated[
    list[Path],
    typer.Option("--file", "-f", help="Route file or directory; give it again for more.", show_default=False),
]


@app.command(context_settings=_SETTINGS)
def up(
    context: typer.Context,
    file: RouteFiles,
    listen: Annotated[str, typer.Option(help="Where applications connect.")] = "",
    admin: Annotated[str, typer.Option(help="Where probes and Prometheus connect.")] = "",
    secrets: Annotated[str, typer.Option(help="Directory with credentials, DIR/name/key.")] = "",
    keys: Annotated[str, typer.Option(help="Key file of the callers; without it anybody is served.")] = "",
    anonymous: Annotated[bool, typer.Option("--anonymous", help="Serve anybody on a reachable address.")] = False,
    with_stubs: Annotated[
        bool, typer.Option("--with-stubs", help="Start a stub provider for each provider whose credential is missing.")
    ] = False,
    investigator: Annotated[
        str, typer.Option(help="Where an investigator beside it shows incidents; off for none.")
    ] = "127.0.0.1:8081",
) -> None:
    """Serve route files on this machine. Every other setting of docs/settings.md is a flag too."""
    from .up import run_up

    try:
        flags = settings_flags(context.args)
    except FlagError as error:
        raise typer.BadParameter(str(error)) from error
    named = {"--listen": listen, "--admin": admin, "--secrets": secrets, "--keys": keys}
    flags.update({flag: value for flag, value in named.items() if value})
    if anonymous:
        flags["--anonymous"] = "true"
    flags["--routes"] = ",".join(str(path) for path in file)
    raise typer.Exit(run_up(flags, os.environ, with_stubs=with_stubs, investigator=investigator))


@app.command()
def validate(
    file: RouteFiles,
    laptop: Annotated[bool, typer.Option("--laptop", help="Allow what only `sealane up` allows.")] = False,
) -> None:
    """Check route files; print each problem with its line, and exit 1 if there is one."""
    from .validate import validate as run

    raise typer.Exit(run(file, out=sys.stdout, laptop=laptop))


@app.command()
def explain(
    file: RouteFiles,
    model: Annotated[str, typer.Option("--model", help="The model to explain.")] = "",
    models: Annotated[Path | None, typer.Option("--models", help="A file with one model a line.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say where a request for a model would go, and why; nothing is sent."""
    from .explain import run_explain

    raise typer.Exit(run_explain(file, model, models, as_json=as_json))


@keys_app.command("new")
def keys_new(
    tenant: Annotated[str, typer.Option(help="Whom the key belongs to.")],
    name: Annotated[str, typer.Option(help="What the key is called, to tell it from the tenant's others.")],
    models: Annotated[
        list[str] | None, typer.Option("--model", help="A model it may use (kimi-*); again for more.")
    ] = None,
    requests_per_minute: Annotated[int | None, typer.Option(help="Limit of the tenant.")] = None,
    tokens_per_minute: Annotated[int | None, typer.Option(help="Limit of the tenant.")] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="Key file to add the entry to.")] = None,
) -> None:
    """Make an API key; it is printed once, and only its SHA-256 is kept."""
    from sealane_api.route_table import Limits

    from .keys import keys_new as run

    raise typer.Exit(run(tenant, name, models, Limits(requests_per_minute, tokens_per_minute), file))


@app.command("stub-provider")
def stub_provider(
    personality: Annotated[str, typer.Argument(help="moonshot, zai or openai.")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 picks a free one.")] = 0,
    fault: Annotated[str, typer.Option(help="Fault of every request, as docs/stub-provider.md writes it.")] = "",
    chunks: Annotated[int, typer.Option(help="Content chunks of a stream.")] = 5,
    chunk_delay: Annotated[float, typer.Option(help="Seconds between them.")] = 0.0,
) -> None:
    """Start a stand-in for a provider that answers for nobody and fails to order."""
    from .stub_command import run_stub_command

    raise typer.Exit(run_stub_command(personality, host, port, fault=fault, chunks=chunks, chunk_delay=chunk_delay))


@app.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed

    print(installed("sealane"))


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script; exits with the command's code."""
    app(args=None if arguments is None else list(arguments))


if __name__ == "__main__":
    main()
