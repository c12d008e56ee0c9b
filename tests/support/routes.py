"""Route files for tests: Moonshot and Z.ai played by stubs on this machine."""

from pathlib import Path

TEMPLATE = """\
apiVersion: sealane.dev/v1alpha1
kind: ProviderRoute
metadata: {{name: assistants}}
spec:
  providers:
  - name: moonshot
    dialect: Moonshot
    baseURL: {moonshot}
    allowInsecure: true
    credential: {{secretRef: {{name: moonshot, key: api-key}}}}
    breaker: {breaker}
    maxConcurrency: {max_concurrency}
  - name: zai
    dialect: Zai
    baseURL: {zai}
    allowInsecure: true
    credential: {{secretRef: {{name: zai, key: api-key}}}}
    breaker: {breaker}
  rules:
  - name: kimi
    models: [{{prefix: kimi-}}, {{prefix: moonshot-v1-}}]
    targets: [{{provider: moonshot}}]
    {fallback}
    {timeouts}
    {retry}
    {limits}
  - name: glm
    models: [{{prefix: glm-}}]
    targets: [{{provider: zai}}]
    {timeouts}
"""

FALLBACK = "fallback: {targets: [{provider: zai, model: glm-4.7, remove: [thinking]}]}"

#: What the stubs accept and what ``environ`` gives the gateway: each key fits one provider only.
KEYS = {"MOONSHOT_API_KEY": "sk-moonshot-test-key", "ZAI_API_KEY": "0123456789abcdef0123456789abcdef.zaisecret"}


def two_providers(
    folder: Path,
    moonshot: str,
    zai: str,
    *,
    fallback: str = FALLBACK,
    timeouts: str = "",
    retry: str = "",
    limits: str = "",
    breaker: str = "{}",
    max_concurrency: int = 200,
) -> Path:
    """Write the file and return its path; every part in braces is YAML in flow style."""
    path = folder / "routes.yaml"
    path.write_text(
        TEMPLATE.format(
            moonshot=moonshot,
            zai=zai,
            fallback=fallback,
            timeouts=f"timeouts: {timeouts}" if timeouts else "",
            retry=f"retry: {retry}" if retry else "",
            limits=f"limits: {limits}" if limits else "",
            breaker=breaker,
            max_concurrency=max_concurrency,
        ),
        encoding="utf-8",
    )
    return path
