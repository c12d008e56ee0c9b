"""Edits of a running gateway's files: taken over whole or not at all, and no request notices."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sealane_cli.stub.faults import Fault
from sealane_router.attempt.breaker import BreakerState
from tests.support.gateway import running_gateway
from tests.support.raw_client import RawAnswer, raw_client
from tests.support.stubbed import MOONSHOT_KEY, ZAI_KEY, StubbedGateway, stubbed_gateway
from tests.support.waiting import until

CHAT = "/v1/chat/completions"
KIMI = b'{"model":"kimi-k3","messages":[]}'
STREAM = b'{"model":"kimi-k3","messages":[],"stream":true}'
RELOADS, FAILURES = "sealane_config_reloads_total", "sealane_config_reload_failures_total"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[StubbedGateway]:
    """A gateway whose files are looked at every 50 ms."""
    async with stubbed_gateway(tmp_path) as running:
        yield running


async def _ask(served: StubbedGateway, body: bytes = KIMI, path: str = CHAT) -> RawAnswer:
    async with raw_client(served.gateway.host, served.gateway.port) as client:
        return await client.post(path, body)


def _replace(path: Path, text: str) -> None:
    """Write as careful editors do: a new file takes the old one's place at once."""
    beside = path.with_suffix(".new")
    beside.write_text(text, "utf-8")
    beside.rename(path)


async def _reloaded(served: StubbedGateway, kind: str = "routes", *, after: float = 1) -> None:
    await until(lambda: served.gateway.metric(RELOADS, kind=kind) > after)


async def _refused(served: StubbedGateway, kind: str = "routes", *, after: float = 0) -> None:
    await until(lambda: served.gateway.metric(FAILURES, kind=kind) > after)


async def test_edits_under_load_fail_no_request(served: StubbedGateway, tmp_path: Path) -> None:
    """Ten edits, good ones and bad ones by turns, while eight clients ask and stream without a pause."""
    routes = tmp_path / "routes.yaml"
    good = routes.read_text("utf-8")
    done = asyncio.Event()
    answers: list[RawAnswer] = []

    async def load(body: bytes) -> None:
        async with raw_client(served.gateway.host, served.gateway.port) as client:
            while not done.is_set():
                answers.append(await client.post(CHAT, body))

    clients = [asyncio.ensure_future(load(body)) for body in (KIMI, STREAM) * 4]
    for edit in range(5):
        _replace(routes, good.replace("maxConcurrency: 200", f"maxConcurrency: {300 + edit}"))
        await _reloaded(served, after=1 + edit)
        _replace(routes, good.replace("kind: ProviderRoute", "kind: Nonsense"))
        await _refused(served, after=edit)
    done.set()
    await asyncio.gather(*clients)

    assert {(answer.status, answer.complete) for answer in answers} == {(200, True)}
    assert len(answers) > 20
    assert served.gateway.gateway.live.serving.providers["default/assistants", "moonshot"].gate.max_concurrency == 304
    assert served.cross_routed == 0


@pytest.mark.parametrize(
    "edit",
    [
        lambda good: "",
        lambda good: "# all gone\n",
        lambda good: good[: len(good) // 2],
        lambda good: good + "\x00",
        lambda good: good.replace("prefix: glm-", "prefix: kimi-"),
        lambda good: good + "---\n" + good,
        lambda good: good.replace("provider: zai}", "provider: nobody}"),
        lambda good: good.replace("baseURL: http", "baseURL: ftp", 1),
        lambda good: good.replace("maxConcurrency", "maxConcurency"),
    ],
    ids=["empty", "comment", "cut", "nul", "conflict", "twice", "dangling", "scheme", "unknown-field"],
)
async def test_a_bad_edit_leaves_the_last_good_table(served: StubbedGateway, tmp_path: Path, edit: object) -> None:
    """It is counted and told, nothing of it is in force, and the next good edit is."""
    assert callable(edit)
    routes = tmp_path / "routes.yaml"
    good = routes.read_text("utf-8")
    before = served.gateway.gateway.live.serving
    _replace(routes, edit(good))
    await _refused(served)
    kept = served.gateway.gateway.live.serving is before
    answer = await _ask(served)
    reason = served.gateway.gateway.live.problem("routes")
    _replace(routes, good.replace("prefix: moonshot-v1-", "prefix: moonshot-v2-"))
    await _reloaded(served)

    assert (kept, answer.status) == (True, 200)
    assert reason
    assert served.gateway.gateway.live.problem("routes") is None


async def test_bytes_that_are_no_text_and_a_file_that_is_gone_are_bad_edits(
    served: StubbedGateway, tmp_path: Path
) -> None:
    """The watching goes on after either, and a file that comes back is read."""
    routes = tmp_path / "routes.yaml"
    good = routes.read_text("utf-8")
    routes.write_bytes(b"\xff\xfe\x00")
    await _refused(served)
    routes.unlink()
    await _refused(served, after=1)
    answer = await _ask(served)
    routes.write_text(good.replace("prefix: moonshot-v1-", "prefix: moonshot-v2-"), "utf-8")
    await _reloaded(served)

    assert answer.status == 200


async def test_what_is_unchanged_keeps_its_state(tmp_path: Path) -> None:
    """An open breaker stays open and connections are used again; another base URL begins anew."""
    async with stubbed_gateway(tmp_path, breaker="{consecutiveFailures: 2, openFor: 1m}") as served:
        routes = tmp_path / "routes.yaml"
        good = routes.read_text("utf-8")
        live = served.gateway.gateway.live
        await _ask(served, b'{"model":"glm-4.7","messages":[]}')
        served.moonshot.fault = Fault("status", 500)
        for _ in range(2):
            await _ask(served)
        served.moonshot.clear_faults()
        _replace(routes, good.replace("maxConcurrency: 200", "maxConcurrency: 100"))
        await _reloaded(served)
        states = {
            name: runtime.gate.breaker_state(time.monotonic()) for (_, name), runtime in live.serving.providers.items()
        }
        await _ask(served, b'{"model":"glm-4.7","messages":[]}')
        opened = served.zai.counters.connections_opened
        moved = served.moonshot.base_url.replace("127.0.0.1", "localhost")
        _replace(routes, good.replace(served.moonshot.base_url, moved))
        await _reloaded(served, after=2)
        answer = await _ask(served)

    assert states == {"moonshot": BreakerState.OPEN, "zai": BreakerState.CLOSED}
    assert opened == 1
    assert answer.status == 200


async def test_a_stream_outlives_the_route_that_began_it(served: StubbedGateway, tmp_path: Path) -> None:
    """Exchanges under way end with the table they began with, even when their provider is gone from it."""
    routes = tmp_path / "routes.yaml"
    good = routes.read_text("utf-8")
    slow = [("x-stub-fault", "many:30,slow-stream:0.01")]
    async with raw_client(served.gateway.host, served.gateway.port) as client:
        answering = asyncio.ensure_future(client.post(CHAT, STREAM, slow))
        await until(lambda: served.moonshot.counters.in_flight)
        renamed = good.replace("name: moonshot\n", "name: renamed\n").replace(
            "provider: moonshot}", "provider: renamed}"
        )
        _replace(routes, renamed.replace("prefix: kimi-", "prefix: other-"))
        await _reloaded(served)
        answer = await answering
    after = await _ask(served)

    assert (answer.status, answer.body.endswith(b"data: [DONE]\n\n")) == (200, True)
    assert (after.status, after.code) == (404, "model_not_found")


class _Mount:
    """A mounted ConfigMap or Secret: files are links through ``..data``, which is swapped as a whole."""

    def __init__(self, folder: Path, files: dict[str, str]) -> None:
        self.folder = folder
        self._revision = 0
        folder.mkdir(parents=True)
        self.swap(files)
        for name in files:
            (folder / name).symlink_to(f"..data/{name}")

    def swap(self, files: dict[str, str]) -> None:
        """Put new contents in place the way the kubelet does."""
        self._revision += 1
        data = self.folder / f"..2026_11_22_{self._revision}"
        data.mkdir()
        for name, text in files.items():
            (data / name).write_text(text, "utf-8")
        (self.folder / "..data_tmp").symlink_to(data.name)
        (self.folder / "..data_tmp").replace(self.folder / "..data")


@pytest.mark.parametrize("whole", [False, True], ids=["file", "directory"])
async def test_the_swap_of_a_mount_is_noticed(served: StubbedGateway, tmp_path: Path, whole: bool) -> None:
    """Neither the link nor its directory entry changes, only what it leads to."""
    good = (tmp_path / "routes.yaml").read_text("utf-8")
    mount = _Mount(tmp_path / "mount", {"routes.yaml": good})
    path = mount.folder if whole else mount.folder / "routes.yaml"
    async with running_gateway(path, None, {"MOONSHOT_API_KEY": MOONSHOT_KEY}) as gateway:
        before = gateway.gateway.live.serving.table.hash
        mount.swap({"routes.yaml": good.replace("prefix: moonshot-v1-", "prefix: moonshot-v2-")})
        await until(lambda: gateway.gateway.live.serving.table.hash != before)
        swapped = gateway.gateway.live.serving.matcher.match("moonshot-v2-8k")

    assert swapped is not None


async def test_a_rotated_credential_is_used_at_once(tmp_path: Path) -> None:
    """The Secret's mount is swapped: the next request brings the new key, and a parked one is tried again."""
    new_key = "sk-moonshot-rotated"
    async with stubbed_gateway(tmp_path) as stubs:
        moonshot = _Mount(tmp_path / "secrets" / "moonshot", {"api-key": MOONSHOT_KEY + "\n"})
        _Mount(tmp_path / "secrets" / "zai", {"api-key": ZAI_KEY})
        flags = {"--secrets": str(tmp_path / "secrets")}
        async with running_gateway(tmp_path / "routes.yaml", flags) as gateway:
            served = StubbedGateway(gateway, stubs.moonshot, stubs.zai)
            first = await _ask(served)
            stubs.moonshot.terms.accepted_keys = frozenset({new_key})
            refused = [await _ask(served) for _ in range(3)]
            moonshot.swap({"api-key": new_key + "\n"})
            await until(lambda: gateway.metric(RELOADS, kind="credentials"))
            last = await _ask(served)
            used = stubs.moonshot.requests[-1].key

    assert (first.status, last.status, used) == (200, 200, new_key)
    assert [answer.code for answer in refused] == ["provider_unauthorized"] * 2 + ["provider_unavailable"]


async def test_a_secret_that_comes_late_is_found(tmp_path: Path) -> None:
    """A missing credential is a state: 502 until the Secret is there, then 200 without a restart."""
    async with stubbed_gateway(tmp_path) as stubs:
        secrets = tmp_path / "secrets"
        flags = {"--secrets": str(secrets)}
        async with running_gateway(tmp_path / "routes.yaml", flags) as gateway:
            served = StubbedGateway(gateway, stubs.moonshot, stubs.zai)
            before = await _ask(served)
            problems = gateway.gateway.live.serving.credential_problems()
            _Mount(secrets / "moonshot", {"api-key": MOONSHOT_KEY})
            await until(lambda: len(gateway.gateway.live.serving.credential_problems()) == 1)
            after = await _ask(served)

    assert (before.status, len(problems), after.status) == (502, 2, 200)


def _key_file(*keys: str) -> str:
    entries = [
        f"- {{tenant: team-a, name: key-{index}, sha256: {hashlib.sha256(key.encode()).hexdigest()}}}\n"
        for index, key in enumerate(keys)
    ]
    return "keys:\n" + "".join(entries)


async def test_keys_are_added_and_taken_away(tmp_path: Path) -> None:
    """The key file is followed too; a bad edit of it locks nobody out and lets nobody in."""
    keys = tmp_path / "keys.yaml"
    keys.write_text(_key_file("sk-one"), "utf-8")
    async with stubbed_gateway(tmp_path, flags={"--keys": str(keys)}) as served:

        async def statuses() -> list[int]:
            async with raw_client(served.gateway.host, served.gateway.port) as client:
                return [
                    (await client.post(CHAT, KIMI, [("Authorization", f"Bearer {key}")])).status
                    for key in ("sk-one", "sk-two")
                ]

        first = await statuses()
        _replace(keys, _key_file("sk-two"))
        await _reloaded(served, "keys", after=0)
        second = await statuses()
        _replace(keys, "keys: [")
        await _refused(served, "keys")
        third = await statuses()
        problem = served.gateway.gateway.live.problem("keys")

    assert (first, second, third) == ([200, 401], [401, 200], [401, 200])
    assert problem
