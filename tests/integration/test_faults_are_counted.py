"""From a provider's fault to the count of an incident: router and investigator as processes, one of them killed."""

import asyncio
from pathlib import Path

import httpx
import pytest

from tests.architecture.house import ROOT
from tests.support.investigator_process import TOKEN, InvestigatorProcess
from tests.support.sealane_process import sealane_up

EXAMPLE = str(ROOT / "examples" / "routes.yaml")


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_a_thousand_faults_of_a_provider_are_counted_exactly(tmp_path: Path) -> None:
    """Though the investigator is killed three times meanwhile, and away while the router goes on: one incident."""
    investigator = InvestigatorProcess(tmp_path, "one", f"sqlite:///{tmp_path / 'incidents.db'}")
    token = tmp_path / "router-token"
    token.write_text(TOKEN, encoding="utf-8")
    environ = {"SEALANE_INVESTIGATOR_URL": investigator.url, "SEALANE_INVESTIGATOR_TOKEN_FILE": str(token)}
    await investigator.start()
    arguments = ["-f", EXAMPLE, "--with-stubs"]
    async with sealane_up(tmp_path, arguments, environ) as running:
        base = f"http://{running.host}:{running.port}"
        async with httpx.AsyncClient(base_url=base, headers={"x-stub-fault": "status:400"}, timeout=30) as client:

            async def ask(count: int) -> None:
                for _ in range(count):
                    body = {"model": "kimi-k2.6", "messages": [{"role": "user", "content": "x"}]}
                    assert (await client.post("/v1/chat/completions", json=body)).status_code == 400

            async def trouble() -> None:
                for _ in range(3):
                    await asyncio.sleep(1.0)
                    await investigator.killed()
                    await asyncio.sleep(1.0)
                    await investigator.start()

            await asyncio.gather(trouble(), *(ask(125) for _ in range(8)))
            await investigator.counted(1_000)
            await asyncio.sleep(3.0)
            found = await investigator.incidents()
            facets = (await investigator.ask("GET", f"/v1/incidents/{found[0]['id']}/facets"))[1]["facets"]
    await investigator.stop()

    assert [(each["count"], each["at_least"]) for each in found] == [(1_000, False)]
    assert facets["provider"] == {"moonshot": 1_000}
    assert facets["status"] == {"400": 1_000}
