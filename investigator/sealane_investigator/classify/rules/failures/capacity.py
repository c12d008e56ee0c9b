"""The provider or a hop before it has no room, is broken, or has nowhere to send a request."""

import re

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_investigator.classify.rule import rule
from sealane_investigator.classify.wording import Wording

#: What says that an inner error, a wrong request or a road on the way is spoken of, not the provider's own failure.
_OF_SOMETHING_ELSE = (
    r"invalid_request|oci runtime|exit code|connection error|gateway|certificate|websocket|1011|"
    r"openai_error|timed? ?out|\[errno|decod|jsondec|redis|provider returned error|postgres|exec: |"
    r"too many connections"
)


def _not_refused(_: re.Match[str], wording: Wording) -> bool:
    """Whether no status says that the request was refused: a hop in between has its own 500 for that."""
    return wording.status is None or not 400 <= wording.status < 500


AGGREGATES = (
    rule(
        "upstreams.variants_failed",
        C.ALL_UPSTREAMS_FAILED,
        r"(variants|providers) failed (to infer )?with errors",
        anywhere=True,
        groups=("gateway.all_failed",),
    ),
    rule(
        "upstreams.all_failed",
        C.ALL_UPSTREAMS_FAILED,
        (
            r"(all|every|each|none of the|no) ([\w/]+ ){0,4}(providers?|upstreams?|models?|variants?|fallbacks?|"
            r"targets?|endpoints?|channels?|deployments?|backends?|candidates|routes|attempts to reach|keys|"
            r"accounts|replicas|instances)([ /]\w+){0,4} (have |has |are |were |had )?(failed|exhausted|errored|"
            r"unavailable|down|cooling|in cooldown|returned (an )?error|unsuccessful|succeeded|could (serve|"
            r"handle))"
        ),
        r"all_(providers|upstreams|models|fallbacks|targets|channels)_(failed|exhausted)",
        r"\bfallbackerror",
        r"all (fallback|retry) attempts? (have )?(failed|exhausted)",
        r"fallback chain (failed|exhausted)",
        r"(fallbacks?|alternatives|failovers?) (also |all )?(failed|exhausted)",
        r"exhausted all (providers|fallbacks|models|upstreams|routes|targets|keys|accounts)",
        r"全部(渠道|上游|模型|供应商|节点)[^,。]{0,8}(失败|不可用|异常)",
        r"所有(渠道|上游|模型|供应商|节点|通道)[^,。]{0,8}(失败|不可用|异常|均)",
        r"no (provider|upstream|fallback|model) (succeeded|left to try)",
        anywhere=True,
        unless=r"^.{0,40}no available|nodes are available|all connection attempts failed|no model found",
    ),
)

NOWHERE = (
    rule(
        "upstream.none_healthy",
        C.NO_HEALTHY_UPSTREAM,
        (
            r"no (healthy|available|live|eligible|ready|active|working|usable|suitable) (\w+ ){0,2}(upstream|"
            r"deployment|provider|backend|host|server|endpoint|channel|instance|target|worker|node|replica|"
            r"route|account|peer|pod|key)s?"
        ),
        (
            r"no (deployments?|channels?|backends?|upstreams?|providers?|instances?|servers?|endpoints?|"
            r"workers?|replicas?) (are |is )?(currently )?(available|healthy|found for service|ready|"
            r"configured)"
        ),
        r"upstream connect error or disconnect",
        r"no endpoints available",
        r"failure to get a peer",
        r"no server is available",
        r"no allowed providers",
        r"no endpoints found matching",
        r"matching your data policy",
        r"no (active )?healthy",
        r"无可用(的)?(渠道|通道|上游|节点|账号|服务|实例|令牌|密钥|key|token)",
        r"(没有|暂无)可用(的)?(渠道|通道|上游|节点|模型|服务|账号|令牌|密钥)?",
        r"no route to (upstream|provider|backend)",
        r"no providers? (match|meet|satisf|for)",
        r"cluster_not_found",
        r"reset reason: (overflow|connection|remote|protocol)",
        r"(providers?|deployments?|backends?|upstreams?) (are |is )?(in cooldown|cooling down|unhealthy)",
        r"no backend",
        r"no auth available",
        r"no upstream",
        r"cooldown_list",
        r"service has no (healthy )?endpoints",
        r"circuit ?breaker (is )?open",
        r"no_available_providers",
        r"target group…no registered",
        r"渠道…(禁用|不可用|不存在)",
        r"no keys available",
        r"no workers",
        anywhere=True,
        unless=r"nodes are available|tool use|image input|support tool|image, no ",
    ),
)

BUSY = (
    rule(
        "provider.overloaded",
        C.PROVIDER_OVERLOADED,
        r"overload(ed|ing)?(?!_error)",
        r"overloaded_error",
        r"(high|heavy|peak|increased|unusually high|extreme) (demand|load|traffic|volume|usage)( |,|\.|!|$)",
        r"(at|over|no|out of|insufficient|limited|exceeded|exhausted|temporar\w+) capacity",
        r"capacity (temporarily )?(exceeded|limits?|constraints?|exhausted|issues?|reached|unavailable)",
        r"nocapacity",
        (
            r"(server|system|service|model|engine|cluster|platform)s?( \w+){0,2} (is |are )?(too |very |"
            r"currently |temporarily )*(busy|crowded|congested)"
        ),
        r"server_?busy",
        r"too busy",
        r"(model|service|engine)…(currently |still )?(loading|warming|initializing|not ready|starting)",
        r"not ready (yet|for inference)",
        r"maximum pending requests",
        r"queue (is )?(full|exceeded|too long|length)",
        r"queue_exceeded",
        r"worker local total request",
        r"(model|service) is (temporarily |currently )?(unavailable|at capacity|busy)",
        r"insufficient (gpu|compute|resources|capacity)",
        r"experiencing (high|heavy|increased|elevated)",
        r"resource exhausted due to",
        r"server is under",
        r"try again when…demand",
        r"try a different model",
        r"peak (hours|load)",
        r"unable to handle additional requests",
        r"serveroverloaded",
        r"service is currently unavailable",
        unless=(
            r"nodes are available|capacity for this key|tier capacity|key…capacity|redis|event loop|"
            r"exhausted your capacity|maxclients"
        ),
    ),
    rule(
        "provider.overloaded.chinese",
        C.PROVIDER_OVERLOADED,
        r"(访问|请求|并发)?量(过|较|太)?大",
        r"(服务器?|系统|模型|引擎|集群|网络|节点)[^,。]{0,6}(繁忙|过载|负载|拥挤|拥堵|饱和|忙)",
        r"(负载|流量)[^,。]{0,6}(过高|较高|饱和|过大)",
        r"过载",
        r"繁忙",
        r"高峰",
    ),
)

EDGES = (
    rule(
        "edge.timeout",
        C.GATEWAY_TIMEOUT,
        r"\b(504|522|524): [a-z]",
        r"error( code)?:? ?(522|524)\b",
        r"upstream timed out",
        anywhere=True,
    ),
    rule(
        "edge.bad",
        C.BAD_GATEWAY,
        r"\b(520|521|523|525|526|530): [a-z]",
        r"error 502 \(server error\)",
        r"error( code)?:? ?(520|521|523|525|526|530|1033)\b",
        anywhere=True,
    ),
)

BROKEN = (
    rule(
        "gateway.timeout",
        C.GATEWAY_TIMEOUT,
        r"gateway[ -]?time-?d?[- ]?out",
        r"gateway_timeout",
        r"upstream request timeout",
        r"^request timeout$",
        r"(upstream|origin|backend|provider)( \w+){0,3} (timed? ?-?out|is timing out|timing out)",
        r"upstream (timed out|timeout)",
        r"a timeout occurred",
        r"(?<!read )deadline[ _]?(expired|exceeded)(?! \(client)",
        r"(error|code|http|status|\|)[: ]{1,3}(504|522|524)\b",
        r"\b(504|524|522): ",
        r"endpoint request timed out",
        r"processing time exceeded",
        r"model timeout",
        r"modeltimeout",
        r"function_invocation_timeout",
        r"request took too long",
        r"took too long to (process|respond|complete)",
        r"the operation was timeout",
        r"origin…timed? ?out",
        r"网关超时",
        r"(上游|网关|后端)[^,。]{0,6}超时",
        r"requesttimeout\b",
        r"request_timeout",
        r"stream timeout",
        r"timed out in \d+s waiting for upstream",
        r"(error|cloudflare) 52[24]\b",
        r"error code 524",
        r"task timed out after",
        unless=(
            r"context deadline exceeded|timeout…exceeded while awaiting|read timed? ?out|pool…timeout|"
            r"httpsconnectionpool|apitimeouterror|dial tcp|connection timed out \(110|(connect|"
            r"connection)[ _]timeout|client\.timeout"
        ),
    ),
    rule(
        "gateway.bad",
        C.BAD_GATEWAY,
        r"bad[ _]gateway",
        r"web server is (down|returning)",
        r"502 server error",
        r"origin (is )?unreachable",
        r"(error|code|http|status|\|)[: ]{1,3}(520|521|523|525|526|530)\b",
        r"\b(520|521|523|525|526|530): ",
        r"network connection lost",
        r"error 502",
        r"web server is returning an unknown error",
        r"(invalid|bad) response (was )?(received )?from (the )?(upstream|origin|backend)",
        r"upstream (server )?(returned|sent) an? invalid",
        r"error 502",
        r"invalid response from (the )?(upstream|provider|origin|backend)",
        r"argo tunnel error",
        r"origin dns error",
        r"网关错误",
        r"ssl handshake failed",
        r"server returned an invalid or incomplete response",
        r"proxy error: could not proxy",
        r"error reading from remote server",
        r"error contacting (the )?(upstream|provider|backend|origin)",
        r"failed to proxy",
    ),
    rule(
        "provider.broken",
        C.UPSTREAM_5XX,
        r"internal[ _]?(server )?error",
        r"internal[ _]service",
        r"internalerror\b(?!\.algo\.(invalid|data))",
        r"internalserver",
        r"server had an error",
        (
            r"an? (internal|unexpected|unknown|unhandled) (server )?(error|exception|failure|issue)( has| occ|"
            r"$|\.|,| while| during)"
        ),
        (
            r"(server|service|backend|system|model|provider|engine|upstream)( \w+)? (error|failure|"
            r"crash\w*)(?! communicating)"
        ),
        r"service[ _]?(temporarily )?unavailable",
        r"temporarily unavailable",
        r"encountered an (unexpected|internal|error|issue)",
        r"unknown error",
        r"unexpected_output",
        r"invalid state transition",
        r"something went wrong (on our|while)",
        r"server_error",
        r"api_error'?$",
        r"enginecore",
        r"enginedead",
        r"engine (is |process )?(dead|died|failed|loop)",
        r"cuda (out of memory|error)",
        r"out of memory",
        r"runner process",
        r"more system memory",
        r"produced invalid content",
        r"degraded function",
        r"failed to call a function",
        r"failed_generation",
        r"failed to generate json",
        r"background loop has errored",
        r"unable to allocate",
        r"failed to allocate",
        r"(model|inference|generation|prediction)( \w+)? (failed|crashed|error)",
        r"error (while|during) (processing|inference|generating|generation)",
        r"failed to (process|generate|complete|extract|run inference|handle)( \w+){0,3}",
        r"unable to process your request",
        r"try your request again",
        r"sorry about that",
        r"reported to our developers",
        r"bedrock is unable to process",
        r"api call process error",
        r"please contact (customer )?(support|service) (with|and provide)",
        r"unable to reach the model provider",
        r"processing your request",
        r"dependency failed",
        r"our servers",
        r"an error occurred in model serving",
        r"worker (died|crashed|exited|failed)",
        unless=_OF_SOMETHING_ELSE,
    ),
    rule(
        "provider.broken.by_number",
        C.UPSTREAM_5XX,
        r"(500|503): ",
        r"error (id|code): ?500",
        r"status code 5\d\d",
        r"http 50[013]",
        condition=_not_refused,
        unless=_OF_SOMETHING_ELSE,
    ),
    rule(
        "provider.broken.chinese",
        C.UPSTREAM_5XX,
        r"(内部|系统|服务器?|网络|未知|算法|推理|流程)[^,。]{0,6}(错误|异常|出错|故障|失败)",
        r"(服务|接口|调用)[^,。]{0,8}(不可用|出错|失败|异常)",
        r"无法成功访问您的账户",
    ),
)
