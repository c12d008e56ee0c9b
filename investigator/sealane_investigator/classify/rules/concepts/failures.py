"""What broke on the way or behind it."""

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_investigator.classify.rule import rule

_UPSTREAMS = r"(providers?|upstreams?|backends?|models?|endpoints?|targets?|channels?|deployments?)"

FAILURES = (
    rule(
        "concept.upstreams",
        C.ALL_UPSTREAMS_FAILED,
        (
            rf"(tried|attempted|asked) (all|every|each|\d{{1,3}}|both|several)…{_UPSTREAMS}\b…(none|no one|fail|error|"
            r"without success|gave up)"
        ),
        r"\b(primary|first)\b…(and|,)…(fallbacks?|secondary|backups?)\b…(failed|errored|unavailable)",
        r"nothing (left|else|more) to try",
        r"fallback (list|chain|order|models|providers)…(without success|exhausted|failed|no more|end)",
        r"(均|全部|都)…(失败|不可用|报错)",
        hint=True,
    ),
    rule(
        "concept.nowhere",
        C.NO_HEALTHY_UPSTREAM,
        r"(could not|cannot|can't|unable to) (pick|choose|select|route to)…(provider|upstream|backend|target|channel)",
        rf"{_UPSTREAMS}\b…none (is|are|was) (healthy|available|ready|up|alive)",
        r"\b(zero|0|no) (\w+ )?(endpoints|accounts|backends|upstreams|replicas|targets|candidates|instances)\b",
        r"(没有|无|暂无|缺少)…(健康|可用|存活)…(节点|后端|上游|实例|服务|渠道)",
        hint=True,
        unless=r"model name|does not exist|endpoints found",
    ),
    rule(
        "concept.busy",
        C.PROVIDER_OVERLOADED,
        (
            r"(backend|servers?|engine|model|gpus?|capacity|cluster|queue|service|workers?|slots?|machines?|"
            r"instances?)\b…"
            r"(cannot take|can't take|can't accept|cannot accept|saturated|congested|backlog|under (heavy|high)|strain|"
            r"too much (load|traffic)|occupied|all in use|at its limit)"
        ),
        r"\b(at|under) (max(imum)?|full|peak|high) (load|capacity|utili[sz]ation)",
        r"(scaling|starting|warming|spinning|booting) up",
        r"\bno (free|spare|idle|more) (gpus?|capacity|slots?|workers?)",
        r"capacity (exceeded|exhausted|reached|full|unavailable)",
        r"(排队|算力|资源)…(紧张|过多|不足|已满)",
        r"(人数|用户|访问)…过多",
        r"(压力|负荷|负载)…(大|高)",
        hint=True,
        unless=r"nodes? (are|is) available|memory on|on any node",
    ),
    rule(
        "concept.not_json",
        C.UPSTREAM_NON_JSON,
        r"(html|xml|plain text|text/plain|text|nothing)\b…(where|instead of|rather than)…json",
        r"(response|answer|reply|body)\b…(could not|cannot|can't|not) be (parsed|read|decoded)",
        r"(reply|response|answer|body|output) (was|is|came back|came) (blank|empty)",
        r"json…(合法|解析|格式)",
        r"(不是|非)…json",
        hint=True,
        unless=r"请求体|request body|your request|schema|tool|arguments",
    ),
    rule(
        "concept.stream",
        C.STREAM_TRUNCATED,
        (
            r"\b(stream|streaming|event stream|sse)\b…(stopped|broke|ended|cut|halted|interrupted|died|closed)…(half|"
            r"early|"
            r"before|without|midway|mid-|off\b|unexpectedly|too soon)"
        ),
        r"\b(connection|response|transfer|body) (ended|stopped|broke|was cut)…(middle|half|chunk|incomplete)",
        r"\b(event stream|sse|stream) (broke|was cut|stopped|died)",
        r"(流|流式)…(中断|断开|不完整|提前)",
        hint=True,
    ),
    rule(
        "concept.waited",
        C.TIMEOUT_READ,
        (
            r"\b(nothing|(no|without|any) (answer|reply|response|data|byte|output|result))s?\b…(after|within|in|for) "
            r"\d+(\.\d+)? ?(s|sec\w*|ms|min\w*)\b"
        ),
        r"(took|takes|taking|waited|waiting) (more|longer) than \d",
        r"gave up waiting|giving up( waiting)?( after|$)",
        r"did(n't| not) (respond|answer|reply|return|finish)…(within|in|for|after) \d",
        r"deadline (passed|reached|elapsed)…(reading|waiting|reply|response)",
        r"等待…(回复|响应|返回)…(超时|过久)",
        hint=True,
        unless=r"pool|connect to|connection to|gateway|upstream|try again (after|in)|retry (after|in)|please wait",
    ),
    rule(
        "concept.refused",
        C.CONNECTION_REFUSED,
        r"nothing (is )?listen",
        r"(积极|主动)?拒绝…连接|积极拒绝",
        hint=True,
    ),
    rule(
        "concept.reset",
        C.CONNECTION_RESET,
        r"connection (was )?(cut|dropped|severed|torn down|killed)",
        r"(强迫|强制)关闭",
        r"\b(peer|remote|other side|server|host) (reset|dropped|cut|killed) (the )?connection",
        hint=True,
    ),
    rule(
        "concept.pool",
        C.POOL_EXHAUSTED,
        r"\bno (idle|free|spare|available) connections? (left|remaining|in)",
        r"(waiting for|waited for) (a |an )?(free |idle )?connection",
        hint=True,
        unless=r"database|postgres|mysql|pgbouncer|sql",
    ),
    rule(
        "concept.pull",
        C.K8S_IMAGE_PULL,
        r"(cannot|can't|could not|unable to|failed to) pull ['\w]",
        r"\bimage\b…(cannot|can't|could not) be (pulled|fetched|downloaded)",
        hint=True,
        unless=r"ollama|model",
    ),
    rule(
        "concept.pending",
        C.K8S_UNSCHEDULABLE,
        r"\bpods? (is |are )?(pending|stuck in pending)",
        r"not enough (cpu|memory|gpus?|nodes?) (on|in) (any|the|all)",
        r"no node (fits|matches|has|can|with)",
        hint=True,
    ),
    rule(
        "concept.certificate",
        C.TLS_VERIFY,
        r"certificate…(incomplete|refus|cannot be trusted|not trusted|wrong|bad)",
        r"证书…(失败|错误|无效|过期|不受|不可信)",
        hint=True,
    ),
)
