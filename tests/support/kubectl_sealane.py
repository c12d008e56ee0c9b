"""``kubectl sealane`` typed at a desk: the whole command line, in front of a played API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from sealane_cli.cluster.routes import Routes
from sealane_cli.kubectl import app
from sealane_cli.verbs.arguments import global_flags_first
from tests.support.scripted_api import NAMESPACE, ScriptedApi, served_route, stepping

if TYPE_CHECKING:
    from sealane_cli.cluster.kubeconfig import Flags


class Typed:
    """Runs commands; ``flags`` are what the last one chose."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.api = ScriptedApi(served_route(stepping()))
        self.flags: Flags | None = None
        monkeypatch.setattr("sealane_cli.cluster.routes.connected", self._connected)

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, global_flags_first(arguments))

    @asynccontextmanager
    async def _connected(self, flags: "Flags") -> AsyncIterator[Routes]:
        self.flags = flags
        yield Routes(self.api, flags.namespace or NAMESPACE, "https://api.test", user=flags.user, timeout=flags.timeout)


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Typed:
    """A desk with the route ``team/chat``, of which revision 8 is on trial."""
    return Typed(monkeypatch)
