"""Reports as the settings ask for them."""

from pathlib import Path

import pytest

from sealane_router.app.error_reports import ErrorReports
from sealane_router.app.source import ConfigurationError
from sealane_router.settings.groups import InvestigatorSettings
from sealane_telemetry.report_metrics import ReportMetrics
from tests.support.error_entries import entry_of
from tests.support.investigator_stand_in import TOKEN, InvestigatorStandIn
from tests.support.waiting import until


async def test_without_an_address_there_is_nothing_to_note_or_to_send() -> None:
    """The layers are handed nothing that they would have to call."""
    reports = ErrorReports(InvestigatorSettings(), ReportMetrics())
    await reports.start("router-0", "p")
    await reports.close()

    assert (reports.notes, reports.noted) == (None, None)


async def test_what_is_noted_is_sent_as_this_router_and_process(tmp_path: Path) -> None:
    """With the token of the file."""
    (tmp_path / "token").write_text(TOKEN, encoding="ascii")
    async with InvestigatorStandIn() as investigator:
        settings = InvestigatorSettings(url=investigator.url, token_file=tmp_path / "token")
        reports = ErrorReports(settings, ReportMetrics())
        await reports.start("router-0", "p")
        assert reports.notes is not None
        assert reports.noted is not None
        reports._backlog.put(entry_of())
        await until(lambda: investigator.events)
        reports._backlog.put(entry_of())
        await reports.close()

    assert [(event["id"], event["reporter"]) for event in investigator.events.values()] == [
        ("p-1", "router-0"),
        ("p-2", "router-0"),
    ]


def test_routers_with_one_key_call_a_credential_alike(tmp_path: Path) -> None:
    """And those without draw one each."""
    path = tmp_path / "key"
    path.write_bytes(b"0123456789abcdef\n")
    keys = [ErrorReports(InvestigatorSettings(event_key=each), ReportMetrics())._key for each in (path, path, None)]

    assert keys[0] == keys[1] == b"0123456789abcdef"
    assert len(keys[2]) == 32


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file"),
        (b"too short", "must hold 16 to 4096 bytes"),
        (b"", "must hold"),
        (b"x" * 5000, "must hold"),
    ],
)
def test_a_key_that_cannot_be_used_is_refused(tmp_path: Path, content: bytes | None, words: str) -> None:
    """At start, with the variable's name; its content is not in the words."""
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ConfigurationError, match=rf"SEALANE_EVENT_KEY_FILE: .*{words}"):
        ErrorReports(InvestigatorSettings(event_key=path), ReportMetrics())
