"""The investigator beside ``sealane up``: its files and its tokens; the process is an integration test."""

import hashlib
from pathlib import Path

import pytest
import yaml

from sealane_cli.local_investigator import LocalInvestigator
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
