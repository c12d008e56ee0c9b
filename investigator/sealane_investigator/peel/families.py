"""Which API family worded an error: by wording, shape and code first, by what the caller was told last.

Z.ai, Zhipu and BigModel are one family. Transport, TLS, DNS, databases and Kubernetes have none.
"""

import re

#: What callers call providers, as the family's name; what is not here is no family's name.
_HINTS = {
    "moonshot": "moonshot", "moonshotai": "moonshot", "kimi": "moonshot", "moonshot-cn": "moonshot",
    "zai": "zai", "z.ai": "zai", "z-ai": "zai", "zhipu": "zai", "zhipuai": "zai", "bigmodel": "zai", "glm": "zai",
    "chatglm": "zai",
    "openai": "openai", "chatgpt": "openai", "azure": "azure", "azure-openai": "azure", "azure_openai": "azure",
    "anthropic": "anthropic", "claude": "anthropic", "gemini": "gemini", "google": "gemini", "vertex": "gemini",
    "vertexai": "gemini", "vertex_ai": "gemini", "google-vertex": "gemini",
    "bedrock": "bedrock", "aws": "bedrock", "aws-bedrock": "bedrock", "amazon-bedrock": "bedrock",
    "dashscope": "dashscope", "qwen": "dashscope", "alibaba": "dashscope", "aliyun": "dashscope",
    "bailian": "dashscope",
    "deepseek": "deepseek", "minimax": "minimax", "minimaxi": "minimax", "siliconflow": "siliconflow",
    "openrouter": "openrouter", "copilot": "copilot", "github": "copilot", "github-copilot": "copilot",
    "github_copilot": "copilot", "litellm": "litellm", "vllm": "vllm", "groq": "groq", "cerebras": "cerebras",
    "mistral": "mistral", "mistralai": "mistral", "xai": "xai", "x.ai": "xai", "grok": "xai", "ollama": "ollama",
    "ollama-cloud": "ollama", "together": "together", "togetherai": "together", "fireworks": "fireworks",
    "cohere": "cohere", "nvidia": "nvidia", "nim": "nvidia", "huggingface": "huggingface", "sglang": "sglang",
    "volcengine": "volcengine", "ark": "volcengine", "doubao": "volcengine", "perplexity": "perplexity",
    "workers-ai": "workers-ai", "hunyuan": "hunyuan", "tencent": "hunyuan", "qianfan": "qianfan", "baidu": "qianfan",
    "stepfun": "stepfun", "replicate": "replicate",
    "deepinfra": "deepinfra", "novita": "novita", "lmstudio": "lmstudio",
    "llama.cpp": "llamacpp", "llamacpp": "llamacpp", "tgi": "huggingface", "databricks": "databricks",
}  # fmt: skip

#: Errors that no API family worded: the network, TLS, DNS, a database, Kubernetes, a proxy.
_NOBODY = re.compile(
    r"\[Errno -?\d+\]|\[SSL[:\]]|CERTIFICATE_VERIFY_FAILED|certificate verify failed|x509: |"
    r"name resolution|Name or service not known|getaddrinfo|no such host|nodename nor servname|"
    r"\bE(?:CONNREFUSED|CONNRESET|NOTFOUND|TIMEDOUT|AI_AGAIN|PIPE|HOSTUNREACH|NETUNREACH|MFILE)\b|"
    r"Connection refused|Connection reset by peer|Network is unreachable|No route to host|Broken pipe|"
    r"Server disconnected|peer closed connection|Cannot connect to host|keepalive ping timeout|no close frame received|"
    r"HTTPSConnectionPool|IncompleteRead|Read timed out|socket hang up|Premature close|"
    r"prepared statement|remaining connection slots|too many clients already|QueuePool limit|asyncpg\.|psycopg|"
    r"no more connections allowed|Back-off restarting|ErrImagePull|ImagePullBackOff|CrashLoopBackOff|"
    r"nodes are available|Failed to pull image|serviceaccount|storageclass|FailedScheduling|FailedMount|kubelet|"
    r"upstream connect error|no healthy upstream|<center>nginx|\bcloudflare\b|"
    r"curl: \(\d+\)|could not resolve host|dial tcp|fetch failed|Connect Timeout Error|context deadline exceeded|"
    r"Response payload is not completed|operation timed out|PKIX path|tls: |WRONG_VERSION_NUMBER|"
    r"too many connections for|MaxClientsInSessionMode|max number of clients reached|deadlock detected|"
    r"MountVolume|probe failed|OOMKilled|CreateContainer|runAsNonRoot|OCI runtime|"
    r"Expecting value: line|Chunk too big|Got more than \d+ bytes|Too many open files",
    re.IGNORECASE,
)

#: Wordings, shapes and codes that only one family has; the first family that is found words the error.
_WORDINGS: dict[str, re.Pattern[str]] = {
    family: re.compile(pattern, re.IGNORECASE)
    for family, pattern in {
        "copilot": r"githubcopilot|github copilot|copilot_|\bcopilot\b",
        "openrouter": (r"openrouter|no endpoints found|never purchased credits|temporarily rate-limited upstream"),
        "siliconflow": r"siliconflow|硅基流动",
        "azure": (
            r"azure openai|azure\.com|linkid=2198766|DeploymentNotFound|API deployment for this resource|AIServices"
        ),
        "bedrock": (
            r"bedrock|botocore|ThrottlingException|on-demand throughput|AccessDeniedException|inference profile|"
            r"UnrecognizedClientException|ModelNotReadyException|ModelStreamErrorException|"
            r"maximum tokens you requested exceed|\$metadata"
        ),
        "gemini": (
            r"generativelanguage\.googleapis|ai\.google\.dev|ai\.dev/|aiplatform|RESOURCE_EXHAUSTED|"
            r"experiencing high demand|API key not valid\. Please pass|type\.googleapis\.com|GenerateContentRequest|"
            r"vertex ?ai"
        ),
        "groq": r"groq\.com|service tier `?on_demand|\bgroq\b",
        "cerebras": r"cerebras",
        "dashscope": (r"dashscope|aliyun|AllocationQuota|Arrearage|DataInspectionFailed|bailian|FreeTierOnly"),
        "minimax": r"minimax|base_resp",
        "moonshot": (
            r"moonshot|\bkimi\b|request reached organization|exceeded model token limit|considered high risk|"
            r"engine is currently overloaded|invalid_authentication_error|engine_overloaded_error|"
            r"rate_limit_reached_error|exceeded_current_quota_error|access_terminated_error|incorrect_api_key_error|"
            r"resource_not_found_error|exceeded your current token quota|only [\d.]+ is allowed for this model"
        ),
        "zai": (
            r"bigmodel|zhipu|\bz\.ai\b|GLM Coding|令牌已过期|请检查文档|Fair Usage Policy|智谱|\bglmt?\b|"
            r"limit will reset at|不安全或敏感内容|当前访问量过大|token expired or incorrect"
        ),
        "ollama": r"ollama\.com",
        "xai": r"\bx\.ai\b|console\.x\.ai|\bxai\b",
        "anthropic": (
            r"anthropic|overloaded_error|credit balance is too low|messages\.\d+\.content|x-api-key|\bclaude\.ai\b|"
            r"`?tool_use`? ids"
        ),
        "deepseek": r"deepseek",
        "mistral": r"mistral",
        "vllm": r"vllm",
        "openai": (
            r"platform\.openai\.com|openai\.(?:error|\w+Error)|help\.openai\.com|api\.openai\.com|"
            r"Incorrect API key provided|maximum context length is|Unsupported parameter: |"
            r"organization must be verified"
        ),
    }.items()
}

_ZAI_CODE = re.compile(r"1[0-3]\d\d")


def family_of(text: str, message: str, code: str | None, provider: str | None) -> str | None:
    """Return the family that worded ``message``; None for what no family words, and where nothing tells."""
    hint = _HINTS.get((provider or "").strip().lower())
    if _NOBODY.search(message):
        return None
    if code is not None and _ZAI_CODE.fullmatch(code) and hint in (None, "zai"):
        return "zai"
    for family, pattern in _WORDINGS.items():
        if pattern.search(message):
            return family
    if hint is not None:
        return hint
    for family, pattern in _WORDINGS.items():
        if pattern.search(text):
            return family
    return None
