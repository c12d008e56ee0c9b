"""One run: the chosen cluster, and an end that scripts can tell."""

import pytest

from sealane_cli.cluster.kubeconfig import Flags
from sealane_kube.errors import Unavailable
from tests.support.kubectl_sealane import Typed, typed

__all__ = ["typed"]


def test_the_global_flags_choose_the_cluster(typed: Typed) -> None:
    """Before the verb or after it."""
    chosen = Flags("file", "prod", "team", "bob", 5.0)

    typed("--kubeconfig=file", "--context", "prod", "list", "-n", "team", "--as=bob", "--request-timeout", "5s")

    assert typed.flags == chosen


def test_without_flags_the_kubeconfig_decides(typed: Typed) -> None:
    """And a call may take ten seconds."""
    typed("list")

    assert typed.flags == Flags()


def test_a_failure_is_one_line_on_stderr_and_exit_code_2(typed: Typed) -> None:
    """Nothing is on stdout that a script could take for an answer."""

    def refuse(_method: str, _path: str) -> None:
        raise Unavailable("no answer within 10 s", call="GET /")

    typed.api.refuse = refuse
    done = typed("list")

    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("kubectl sealane: the API server at https://api.test does not answer")


@pytest.mark.parametrize("text", ["0", "soon"])
def test_a_call_without_a_limit_is_refused(text: str, typed: Typed) -> None:
    """A usage error."""
    assert typed("list", "--request-timeout", text).exit_code == 2
    assert typed.flags is None
