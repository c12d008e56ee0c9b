"""Which keys belong to which hosts, as far as their form tells.

Only prefixes that one platform alone gives out say something: a plain ``sk-…`` may be anybody's, and says nothing by
itself. A host that is not listed (a proxy, a self-hosted engine) takes keys of any form.
"""

from dataclasses import dataclass

#: Classes of a credential that is no key at all, and how a person calls it.
MISFILLED = {
    "url": "a URL",
    "placeholder": "a placeholder that was never replaced",
    "words": "words of a sentence",
}


@dataclass(frozen=True, slots=True)
class Platform:
    """Who gives keys out: hosts end with one of ``hosts``; ``prefixes`` are classes that nobody else gives out.

    ``only`` says that the platform takes no other classes than these; empty where it takes whatever it gave out once.
    """

    name: str
    hosts: tuple[str, ...]
    prefixes: tuple[str, ...] = ()
    only: tuple[str, ...] = ()


_ID_SECRET = ("id.secret", "jwt")

PLATFORMS = (
    Platform("Kimi Coding", ("api.kimi.com",), ("sk-kimi-",), ("sk-kimi-",)),
    Platform("Moonshot (international)", ("api.moonshot.ai",)),
    Platform("Moonshot (China)", ("api.moonshot.cn",)),
    Platform("Z.ai", ("api.z.ai",), ("id.secret",), _ID_SECRET),
    Platform("Zhipu BigModel", ("open.bigmodel.cn",), ("id.secret",), _ID_SECRET),
    Platform("OpenRouter", ("openrouter.ai",), ("sk-or-",), ("sk-or-",)),
    Platform("Anthropic", ("api.anthropic.com",), ("sk-ant-",), ("sk-ant-",)),
    Platform("OpenAI", ("api.openai.com",), ("sk-proj-", "sk-svcacct-", "sk-admin-")),
    Platform("DeepSeek", ("api.deepseek.com",)),
    Platform("DashScope", ("dashscope.aliyuncs.com", "dashscope-intl.aliyuncs.com")),
    Platform("SiliconFlow", ("api.siliconflow.cn", "api.siliconflow.com")),
    Platform("MiniMax", ("api.minimax.io", "api.minimaxi.com", "api.minimax.chat")),
    Platform("Google", ("generativelanguage.googleapis.com",), ("aiza",), ("aiza",)),
    Platform("Groq", ("api.groq.com",), ("gsk_",), ("gsk_",)),
    Platform("xAI", ("api.x.ai",), ("xai-",), ("xai-",)),
    Platform("Hugging Face", ("huggingface.co",), ("hf_",), ("hf_",)),
    Platform("NVIDIA", ("integrate.api.nvidia.com",), ("nvapi-",), ("nvapi-",)),
    Platform("GitHub", ("api.githubcopilot.com", "models.github.ai"), ("ghu_", "gho_", "ghp_", "ghs_", "github_pat_")),
    Platform("Perplexity", ("api.perplexity.ai",), ("pplx-",), ("pplx-",)),
    Platform("Fireworks", ("api.fireworks.ai",), ("fw_",)),
    Platform("Together", ("api.together.xyz",), ("tgp_",)),
    Platform("Replicate", ("api.replicate.com",), ("r8_",), ("r8_",)),
    Platform("Cerebras", ("api.cerebras.ai",), ("csk-",), ("csk-",)),
    Platform("AWS", ("amazonaws.com",), ("akia", "asia", "absk")),
    # Keys that belong to no provider of models at all.
    Platform("this gateway's callers", (), ("sl-",)),
    Platform("Langfuse", ("langfuse.com",), ("sk-lf-", "pk-lf-")),
    Platform("GitLab", (), ("glpat-",)),
    Platform("Slack", (), ("xoxb-", "xoxp-")),
    Platform("Tavily", ("api.tavily.com",), ("tvly-",)),
    Platform("Jina", ("api.jina.ai",), ("jina_",)),
)

#: Classes that say nothing about who gave the key out.
_SILENT = frozenset({"", "opaque", "none", "empty", "masked"})


def platform_at(host: str) -> Platform | None:
    """Return whose host that is; None for one that is not listed."""
    name = host.lower().rstrip(".")
    return next((each for each in PLATFORMS if any(_is_below(name, known) for known in each.hosts)), None)


def issuers_of(key_class: str) -> tuple[Platform, ...]:
    """Return who alone gives out keys of that class; empty where the class does not tell."""
    return tuple(each for each in PLATFORMS if key_class.lower() in each.prefixes)


def mismatch(key_class: str, host: str) -> str | None:
    """Say in a sentence why a key of that class cannot be right at that host; None where it may be."""
    here = platform_at(host)
    issuers = issuers_of(key_class)
    if here is None or key_class.lower() in _SILENT or key_class in MISFILLED or here in issuers:
        return None
    if issuers:
        owners = " or ".join(each.name for each in issuers)
        return f"the key begins as those of {owners} do ({key_class}), and it is sent to {here.name} at {host}"
    if here.only and key_class.lower() not in here.only:
        wanted = " or ".join(here.only)
        return (
            f"keys of {here.name} have the form {wanted}, and the key that is sent to {host} has the form {key_class}"
        )
    return None


def right_hosts(key_class: str) -> tuple[str, ...]:
    """Return the hosts that take keys of that class; empty where the class does not tell."""
    return tuple(each.hosts[0] for each in issuers_of(key_class) if each.hosts)


def _is_below(name: str, known: str) -> bool:
    return name == known or name.endswith(f".{known}")
