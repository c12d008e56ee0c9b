"""One run of a verb: the chosen cluster, the terminal, and the exit code."""

import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from .arguments import seconds

if TYPE_CHECKING:
    from sealane_cli.cluster.kubeconfig import Flags
    from sealane_cli.cluster.routes import Routes
    from sealane_cli.rollouts.screen import Screen

#: Exit codes of shells for what SIGINT and SIGPIPE ended.
_INTERRUPTED, _NO_READER = 130, 141
_NOT_DONE = 2


@dataclass(frozen=True, slots=True)
class Chosen:
    """The global flags, before anything heavy is imported; ``timeout`` is in seconds."""

    kubeconfig: str
    context: str
    namespace: str
    user: str
    timeout: float

    def flags(self) -> "Flags":
        """Return them as the cluster's package has them."""
        from sealane_cli.cluster.kubeconfig import Flags

        return Flags(self.kubeconfig, self.context, self.namespace, self.user, self.timeout)


def duration(text: str, flag: str) -> float:
    """Return the seconds of a flag's value; ends the command with a usage error when it is none."""
    try:
        return seconds(text, flag=flag)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def finish(context: typer.Context, run: "Callable[[Routes, Screen], Awaitable[int]]") -> None:
    """Run a verb against the chosen cluster, and end the process with its exit code."""
    import asyncio

    from sealane_cli.cluster.failures import CommandFailed
    from sealane_cli.cluster.routes import connected
    from sealane_cli.rollouts.screen import Screen

    chosen: Chosen = context.obj

    async def whole() -> int:
        async with connected(chosen.flags()) as routes:
            return await run(routes, Screen.of_terminal(os.environ))

    try:
        code = asyncio.run(whole())
    except CommandFailed as failure:
        print(f"kubectl sealane: {failure}", file=sys.stderr)
        raise typer.Exit(_NOT_DONE) from None
    except KeyboardInterrupt:
        raise typer.Exit(_INTERRUPTED) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the exit flushes once more
        raise typer.Exit(_NO_READER) from None
    raise typer.Exit(int(code))
