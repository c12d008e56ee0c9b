"""The Secrets that routes refer to: each watched by its name, and nothing of them in any text."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from sealane_api.route_table import SecretRef
from sealane_kube.errors import Forbidden, KubeError, Unavailable
from sealane_router.cluster import secrets as module
from sealane_router.cluster.kube.api import Event, Metadata, Page
from sealane_router.cluster.kube.reflector import Surroundings
from sealane_router.cluster.secrets import PATIENCE, Need, SecretName, SecretState, SecretWatches, secret_of
from sealane_router.upstream.credentials import KEY
from sealane_telemetry.metrics import RouterMetrics
from tests.support.waiting import until

NAME = ("team", "moonshot")


def raw_secret(name: str, version: str, namespace: str = "team", **data: str) -> msgspec.Raw:
    """A Secret's JSON."""
    encoded = {key.replace("_", "-"): b64encode(text.encode()).decode() for key, text in data.items()}
    metadata = {"name": name, "namespace": namespace, "resourceVersion": version}
    return msgspec.Raw(json.dumps({"metadata": metadata, "data": encoded}).encode())


class Vault:
    """Plays the API: Secrets by path and selector, events through a queue each, and errors while there are any."""

    def __init__(self) -> None:
        self.secrets: dict[str, msgspec.Raw] = {}
        self.error: KubeError | None = None
        self.queues: dict[str, asyncio.Queue[Event]] = {}
        self.asked: list[str] = []
        self.noticed: list[SecretName] = []
        self.now = 1000.0
        self.again = asyncio.Event()
        self.slept = 0
        around = Surroundings(self, RouterMetrics(CollectorRegistry()).cluster, lambda: self.now, self.sleep)
        self.watches = SecretWatches(around, noticed=self.noticed.append)

    async def sleep(self, _: float) -> None:
        self.slept += 1
        await self.again.wait()
        self.again.clear()

    async def failed(self, times: int) -> None:
        """Wait until a watch has failed so often."""
        await until(lambda: self.slept == times)

    async def pages(self, path: str, selector: str) -> AsyncIterator[Page]:
        self.asked.append(f"{path}?{selector}")
        if self.error is not None:
            raise self.error
        found = self.secrets.get(selector)
        yield Page(Metadata(resourceVersion="10"), [] if found is None else [found])

    async def watch(self, path: str, selector: str, version: str, seconds: int) -> AsyncIterator[Event | None]:
        queue = self.queues.setdefault(selector, asyncio.Queue())
        yield None
        while True:
            yield await queue.get()

    async def say(self, kind: str, raw: msgspec.Raw, name: str = "moonshot") -> None:
        """An event, and until it has been noticed."""
        count = len(self.noticed)
        await self.queues[f"metadata.name={name}"].put(Event(kind, raw))
        await until(lambda: len(self.noticed) > count)

    async def state(self, name: SecretName = NAME) -> SecretState:
        """What is known once something is."""
        await until(lambda: self.watches.state(name).is_answered)
        return self.watches.state(name)


@pytest.fixture
async def vault() -> AsyncIterator[Vault]:
    """An API with one Secret."""
    vault = Vault()
    vault.secrets["metadata.name=moonshot"] = raw_secret("moonshot", "5", api_key="sk-1")
    yield vault
    await vault.watches.close()


async def test_each_secret_is_asked_for_by_its_name(vault: Vault) -> None:
    """A router may read these and no others."""
    await vault.watches.want({NAME, ("other", "zai")})
    state = await vault.state()

    assert sorted(vault.asked) == [
        "/api/v1/namespaces/other/secrets?metadata.name=zai",
        "/api/v1/namespaces/team/secrets?metadata.name=moonshot",
    ]
    assert state.values == {"api-key": b"sk-1"}
    assert len(vault.watches) == 2
    assert "sk-1" not in repr(state)


async def test_a_rotation_is_followed(vault: Vault) -> None:
    """A Secret that is deleted is gone at once, and back when it is back."""
    await vault.watches.want({NAME})
    await vault.state()
    await vault.say("MODIFIED", raw_secret("moonshot", "11", api_key="sk-2"))
    rotated = vault.watches.state(NAME)
    await vault.say("DELETED", raw_secret("moonshot", "12"))
    deleted = vault.watches.state(NAME)
    await vault.say("ADDED", raw_secret("moonshot", "13", api_key="sk-3"))

    assert rotated.values == {"api-key": b"sk-2"}
    assert deleted == SecretState(None, "there is no Secret moonshot in namespace team")
    assert vault.watches.state(NAME).values == {"api-key": b"sk-3"}


async def test_a_403_is_a_problem_after_half_a_minute(vault: Vault) -> None:
    """The operator writes the Role a moment before; the words say which one."""
    vault.error = Forbidden("secrets is forbidden", 403)
    await vault.watches.want({NAME})
    await until(lambda: vault.slept)
    early, noticed = vault.watches.state(NAME), len(vault.noticed)
    vault.now += PATIENCE
    late = vault.watches.state(NAME)
    vault.error = None
    vault.again.set()
    await until(lambda: vault.watches.state(NAME).values is not None)

    assert (early, noticed) == (SecretState(), 0)
    assert late.problem == (
        "Secret moonshot in namespace team cannot be read: 403: secrets is forbidden; "
        "the Role sealane-router-secrets must name it"
    )
    assert vault.watches.state(NAME) == SecretState({"api-key": b"sk-1"})


async def test_what_was_read_once_stays_while_the_api_is_away(vault: Vault) -> None:
    """The problem is told beside it."""
    await vault.watches.want({NAME})
    await vault.state()
    vault.error = Unavailable("away")
    await vault.queues["metadata.name=moonshot"].put(Event("ERROR", msgspec.Raw(b'{"code": 410, "message": "old"}')))
    await until(lambda: vault.slept)
    vault.again.set()
    await until(lambda: len(vault.asked) == 2)
    vault.now += PATIENCE + 1

    state = vault.watches.state(NAME)
    assert state.values == {"api-key": b"sk-1"}
    assert "cannot be read" in (state.problem or "")


async def test_what_was_remembered_counts_until_the_api_speaks(vault: Vault) -> None:
    """Even if it then says that there is none."""
    vault.error = Unavailable("away")
    vault.watches.remember({NAME: {"api-key": b"sk-0"}})
    await vault.watches.want({NAME})
    remembered = await vault.state()
    await until(lambda: vault.slept)
    del vault.secrets["metadata.name=moonshot"]
    vault.error = None
    vault.again.set()
    await until(lambda: vault.watches.state(NAME).values is None)

    assert remembered.values == {"api-key": b"sk-0"}
    assert vault.watches.state(NAME).problem == "there is no Secret moonshot in namespace team"


async def test_the_first_answer_is_news_even_if_it_was_remembered(vault: Vault) -> None:
    """A route that refers to the Secret waits for this answer; without a notice it would wait for ever."""
    vault.watches.remember({NAME: {"api-key": b"sk-1"}})
    await vault.watches.want({NAME})
    await until(lambda: vault.noticed == [NAME])


async def test_what_was_remembered_counts_once(vault: Vault) -> None:
    """A Secret that went, or was rotated, does not come back with a route that refers to it anew."""
    vault.secrets.clear()
    vault.watches.remember({NAME: {"api-key": b"sk-0"}})
    await vault.watches.want({NAME})
    await until(lambda: vault.watches.state(NAME).problem is not None)
    await vault.watches.want(set())
    await vault.watches.want({NAME})

    assert vault.watches.state(NAME).values is None


async def test_what_is_no_news_is_not_noticed(vault: Vault) -> None:
    """A watch that fails again and again, and one that says what was known before."""
    await vault.watches.want({NAME})
    await vault.state()
    await until(lambda: "metadata.name=moonshot" in vault.queues)
    noticed = len(vault.noticed)
    for version in ("11", "12"):
        await vault.queues["metadata.name=moonshot"].put(
            Event("MODIFIED", raw_secret("moonshot", version, api_key="sk-1"))
        )
    vault.error = Unavailable("away")
    await vault.queues["metadata.name=moonshot"].put(Event("ERROR", msgspec.Raw(b'{"code": 410, "message": "old"}')))
    for failures in range(1, 5):
        await vault.failed(failures)
        vault.again.set()

    assert (noticed, len(vault.noticed)) == (1, 1)


async def test_what_nobody_needs_is_not_watched(vault: Vault) -> None:
    """Its task ends."""
    await vault.watches.want({NAME})
    await vault.state()
    await vault.watches.want(set())

    assert len(vault.watches) == 0
    assert vault.watches.state(NAME) == SecretState()
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "watch secret"]


async def test_the_limits_hold(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many in a namespace, so many in all; those watched already stay, the others say what to do."""
    monkeypatch.setattr(module, "MAX_IN_NAMESPACE", 2)
    monkeypatch.setattr(module, "MAX_IN_ALL", 3)
    late = {("team", "b"), ("team", "c")}
    await vault.watches.want(late)
    await vault.watches.want({*late, ("team", "a"), ("x", "a"), ("y", "a")})
    states = vault.watches.states()

    assert len(vault.watches) == 3
    assert "namespace team refer to more than 2 Secrets" in (states["team", "a"].problem or "")
    assert "refer to more than 3 Secrets" in (states["y", "a"].problem or "")
    assert not states["x", "a"].is_answered


@pytest.mark.parametrize(
    "document",
    [
        b"sk-secret",
        b'{"metadata": {"name": "a", "namespace": "b", "resourceVersion": "1"}, "data": {"k": "sk-secret!"}}',
        b'{"metadata": {"name": "a"}, "data": {"k": "sk-secret"}}',
        b'{"metadata": {"name": "a", "namespace": "b", "resourceVersion": "1"}, "data": ["sk-secret"]}',
    ],
)
def test_a_secret_that_cannot_be_read_is_not_repeated(document: bytes) -> None:
    """Not even a part of it, nor in the error's cause."""
    with pytest.raises(ValueError, match=r"^a Secret that cannot be read$") as caught:
        secret_of(document)

    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_secret_without_data_is_one_without_keys() -> None:
    """And no representation shows a value."""
    empty = secret_of(b'{"metadata": {"name": "a", "namespace": "b", "resourceVersion": "1"}}')
    full = secret_of(bytes(raw_secret("a", "1", api_key="sk-secret")))

    assert (empty.key, empty.values) == ("b/a", {})
    assert "secret" not in repr(full)
    assert full == secret_of(bytes(raw_secret("a", "2", api_key="sk-secret")))


@pytest.mark.parametrize(
    ("state", "lack"),
    [
        (SecretState({"api-key": b"sk-1\n"}), None),
        (SecretState(), "is awaited"),
        (SecretState(problem="gone"), "gone"),
        (SecretState({}), "Secret moonshot has no key api-key"),
        (SecretState({"api-key": b"s k\x00"}), "key api-key of Secret moonshot: it holds a control character"),
    ],
)
def test_a_need_is_met_or_says_why_not(state: SecretState, lack: Any) -> None:
    """Without the value."""
    found = Need(SecretRef("moonshot", "api-key"), KEY).lack(state)

    assert found is None if lack is None else (found or "").startswith(lack)
