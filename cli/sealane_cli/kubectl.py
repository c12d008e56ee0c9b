"""``kubectl sealane``: rollouts of routes, seen and steered with the caller's own permissions.

kubectl finds it on the PATH under the name ``kubectl-sealane``. Nothing heavy is imported before a verb needs it.
"""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from .verbs.arguments import global_flags_first
from .verbs.reading import add_readings
from .verbs.requesting import add_requests
from .verbs.session import Chosen, duration

app = typer.Typer(
    name="kubectl sealane",
    epilog="Exit codes: 0 done, 1 rolled back or refused, 2 could not be asked, 3 not ended in time.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
add_readings(app)
add_requests(app)


@app.callback()
def chosen(
    context: typer.Context,
    namespace: Annotated[str, typer.Option("--namespace", "-n", help="Namespace; else the context's.")] = "",
    context_name: Annotated[str, typer.Option("--context", help="Context of the kubeconfig.")] = "",
    kubeconfig: Annotated[str, typer.Option("--kubeconfig", help="File; else KUBECONFIG, else ~/.kube/config.")] = "",
    user: Annotated[str, typer.Option("--as", help="Whom to impersonate.")] = "",
    request_timeout: Annotated[
        str, typer.Option("--request-timeout", help="How long one call may take.", metavar="DURATION")
    ] = "10s",
) -> None:
    """Rollouts of ProviderRoutes: what serves, what is on trial, why, and what to do next."""
    context.obj = Chosen(kubeconfig, context_name, namespace, user, duration(request_timeout, "--request-timeout"))


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script; exits with the command's code."""
    app(args=global_flags_first(sys.argv[1:] if arguments is None else arguments), prog_name="kubectl sealane")


if __name__ == "__main__":
    main()
