"""Settings become parts."""

from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from sealane_investigator.app.building import build
from sealane_investigator.errors import SettingsRefused
from sealane_investigator.notify.delivery import SlackChannel, WebhookChannel
from sealane_investigator.settings.model import Settings
from sealane_telemetry.investigator_metrics import InvestigatorMetrics
from tests.support.reported import event


def _settings(folder: Path, **flags: str) -> Settings:
    told = {"--investigator-tokens": "t", "--database": f"sqlite:///{folder / 'i.db'}"}
    return Settings.from_environment({}, told | {f"--{name.replace('_', '-')}": text for name, text in flags.items()})


def _metrics() -> InvestigatorMetrics:
    return InvestigatorMetrics(CollectorRegistry())


async def test_a_laptop_needs_nothing_but_a_file(tmp_path: Path) -> None:
    """No cluster, no model, no channel; the tables are made on the first look."""
    parts = await build(_settings(tmp_path), _metrics())
    await parts.prepare()
    recorded = await parts.store.record([parts.analyse(event(1))], {})
    for close in parts.close:
        await close()
    await parts.store.close()

    assert recorded.counted == 1
    assert parts.stages is not None
    assert (parts.stages.ask, parts.watch, parts.rollbacks, parts.channels, parts.follow) == (None, None, None, (), ())


async def test_what_is_configured_is_there(tmp_path: Path) -> None:
    """A model, routers to ask, and who is told."""
    parts = await build(
        _settings(
            tmp_path,
            model_url="https://api.moonshot.ai/v1",
            routers="127.0.0.1:9090",
            webhook_url="https://h.test/x",
            slack_url=str(tmp_path / "slack"),
            public_url="https://sealane.test/",
        ),
        _metrics(),
    )
    for close in parts.close:
        await close()
    await parts.store.close()

    assert parts.stages is not None
    assert parts.stages.ask is not None
    assert parts.follow
    assert [type(channel) for channel in parts.channels] == [WebhookChannel, SlackChannel]


async def test_a_key_makes_the_same_marks_in_every_process(tmp_path: Path) -> None:
    """Without one they differ from start to start; a short one is refused."""
    key = tmp_path / "key"
    key.write_text("k" * 16, encoding="utf-8")
    settings = _settings(tmp_path, event_key_file=str(key))
    secret = "Incorrect API key provided: sk-proj-abcdefghijklmnopqrstuvwxyz123456"
    marks = []
    for chosen in (settings, settings, replace(settings, server=replace(settings.server, event_key=None))):
        parts = await build(chosen, _metrics())
        marks.append(parts.redact(secret))
        for close in parts.close:
            await close()
        await parts.store.close()
    key.write_text("short", encoding="utf-8")

    assert marks[0] == marks[1] != marks[2]
    assert "<key:sk-proj-:" in marks[0]
    with pytest.raises(SettingsRefused, match="SEALANE_EVENT_KEY_FILE"):
        await build(settings, _metrics())
