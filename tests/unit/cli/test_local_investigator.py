"""The investigator beside ``sealane up``: its files and its tokens; the process is an integration test."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO

import pytest
import yaml

from sealane_cli.local_investigator import MAX_STARTS, LocalInvestigator, Restarts
from sealane_investigator.server.access.token_file import Right, parse_token_file
from sealane_telemetry.settings.variable import Address


def _prepared() -> LocalInvestigator:
    beside = LocalInvestigator(Address("127.0.0.1", 0), {}, lambda _: None)
    beside.prepare()
    return beside


def test_the_router_may_report_and_the_person_may_do_everything() -> None:
    """Two tokens, drawn anew each time, whose digests are in the file that the investigator reads."""
    beside, other = _prepared(), _prepared()
    file = Path(beside.router_settings["SEALANE_INVESTIGATOR_TOKEN_FILE"])
    tokens = {token.digest: token for token in parse_token_file((file.parent / "tokens.yaml").read_bytes(), "t")}
    person = beside.page.partition("#token=")[2]

    router = tokens[hashlib.sha256(file.read_bytes()).digest()]
    assert router.rights == {Right.REPORT}
    assert tokens[hashlib.sha256(person.encode()).digest()].rights == set(Right)
    assert other.page.partition("#token=")[2] != person
    assert person not in yaml.safe_dump(beside.router_settings)
    beside.stop()
    other.stop()


def test_what_it_had_is_gone_at_the_end() -> None:
    """Also when it never was started."""
    beside = _prepared()
    folder = Path(beside.router_settings["SEALANE_INVESTIGATOR_TOKEN_FILE"]).parent
    assert (folder.stat().st_mode & 0o777, folder.is_dir()) == (0o700, True)

    beside.stop()

    assert not folder.exists()


def test_the_address_is_known_before_the_process_begins() -> None:
    """The router's settings need it; port 0 becomes a free one."""
    beside = _prepared()

    assert beside.router_settings["SEALANE_INVESTIGATOR_URL"].rpartition(":")[2] != "0"
    assert beside.page.startswith(beside.router_settings["SEALANE_INVESTIGATOR_URL"])
    beside.stop()


def test_an_address_that_is_not_this_machines_is_an_error() -> None:
    """Said before anything is started."""
    with pytest.raises(OSError, match="assign"):
        LocalInvestigator(Address("192.0.2.1", 1), {}, lambda _: None)


class _Child:
    """A process that has ended with ``code``."""

    stdin: IO[bytes] | None = None

    def __init__(self, code: int) -> None:
        self._code = code

    def wait(self, timeout: float | None = None) -> int:
        return self._code

    def kill(self) -> None:
        raise AssertionError("it has ended by itself")


class _Machine:
    """Starts children that end with the given codes, one after the other; pauses are noted and take no time."""

    def __init__(self, codes: Iterable[int], *, ran: float = 0.0) -> None:
        self._codes = list(codes)
        self._ran = ran
        self._at = 0.0
        self.started: list[Mapping[str, str]] = []
        self.pauses: list[float] = []
        self.said: list[str] = []

    def spawn(self, environ: Mapping[str, str]) -> _Child:
        self.started.append(environ)
        return _Child(self._codes[len(self.started) - 1])

    def pause(self, seconds: float) -> bool:
        self.pauses.append(seconds)
        # The last one is where everything ends.
        return len(self.started) == len(self._codes)

    def now(self) -> float:
        self._at += self._ran
        return self._at

    def watched(self) -> LocalInvestigator:
        """Start one, and return it when nobody looks after it any more."""
        address = Address("127.0.0.1", 0)
        beside = LocalInvestigator(address, {}, self.said.append, spawn=self.spawn, pause=self.pause, now=self.now)
        beside.prepare()
        beside.start("127.0.0.1:9090")
        assert beside._keeper is not None
        beside._keeper.join(60.0)
        beside.stop()
        return beside


def test_one_that_dies_is_started_again_as_it_was() -> None:
    """At the same address, with the same tokens and database; a line says so each time."""
    machine = _Machine([-9, 1])

    machine.watched()

    assert len(machine.started) == 2
    assert machine.started[0] == machine.started[1]
    assert machine.said == [
        "warning: the investigator ended with code -9; it is started again in 1 s",
        "warning: the investigator ended with code 1; it is started again in 2 s",
    ]


def test_one_that_dies_again_and_again_is_given_up() -> None:
    """With ever longer pauses before."""
    machine = _Machine([1] * 20)

    machine.watched()

    assert len(machine.started) == MAX_STARTS
    assert machine.pauses == [1.0, 2.0, 4.0, 8.0, 16.0]
    assert machine.said[-1] == "warning: the investigator ended with code 1; errors are not explained any more"


def test_one_that_ran_for_a_while_is_no_hopeless_case() -> None:
    """It is started again however often that happens, and soon."""
    machine = _Machine([1] * 20, ran=60.0)

    machine.watched()

    assert len(machine.started) == 20
    assert set(machine.pauses) == {1.0}


def test_a_wrong_setting_is_not_tried_again() -> None:
    """Exit code 2: it said what to write."""
    machine = _Machine([2, 2])

    machine.watched()

    assert (len(machine.started), machine.pauses) == (1, [])
    assert Restarts().after(2, 1_000.0) is None
