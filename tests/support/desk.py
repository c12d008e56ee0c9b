"""Somebody at a terminal: what a command prints, while time passes only when it sleeps."""

from collections.abc import Callable
from io import StringIO
from typing import Any

from sealane_cli.cluster.routes import Routes
from sealane_cli.rollouts.screen import Screen
from tests.support.resources import Document
from tests.support.scripted_api import BEGIN, NAMESPACE, ScriptedApi, served_route


class Desk:
    """A cluster with one route, ``team/chat``, and a screen; ``then`` are what happens in each sleep, in order."""

    def __init__(self, status: Document | None = None, *, coloured: bool = False, **spec: Any) -> None:
        self.api = ScriptedApi(served_route(status, **spec))
        self.routes = Routes(self.api, NAMESPACE, "https://api.test:6443")
        self.clock = BEGIN
        self.then: list[Callable[[], object]] = []
        self._paper = StringIO()
        self.screen = Screen(
            self._paper, coloured=coloured, now=lambda: self.clock, monotonic=lambda: self.clock, sleep=self._sleep
        )

    @property
    def text(self) -> str:
        """Everything that was printed."""
        return self._paper.getvalue()

    @property
    def lines(self) -> list[str]:
        """The same, by line."""
        return self.text.splitlines()

    async def _sleep(self, seconds: float) -> None:
        self.clock += seconds
        if self.then:
            self.then.pop(0)()
