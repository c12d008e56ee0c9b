"""What a person should do about each class of error, in words, and what that risks."""

from dataclasses import dataclass

from sealane_api.diagnosis.error_class import ErrorClass


@dataclass(frozen=True, slots=True)
class Advice:
    """``text`` says what to do; ``risk`` what may go wrong when it is done, or when it is not."""

    text: str
    risk: str


_C = ErrorClass
_HARMLESS = "None: nothing is changed."
_ROTATION = "Whoever else uses the Secret gets the new key as well; a wrong one stops all of them."
_WAITING = "Requests that have no other target fail until then."

ADVICE: dict[ErrorClass, Advice] = {
    _C.AUTH_INVALID_KEY: Advice(
        "The provider refuses the key. Put a valid one into the Secret; routers read it within seconds, and a parked "
        "credential is tried again at once. Check that the key is of this platform and region.",
        _ROTATION,
    ),
    _C.AUTH_MISSING_KEY: Advice(
        "No key reached the provider. Give the provider a credential, and see that the Secret has that entry.",
        _ROTATION,
    ),
    _C.AUTH_TOKEN_EXPIRED: Advice(
        "The signed token was too old when it arrived. Renew it more often, and check the clock of whoever signs it.",
        _HARMLESS,
    ),
    _C.PERMISSION_DENIED: Advice(
        "The account may not use this model or feature. Enable it at the provider's console, or use an account "
        "that may.",
        "A model that is enabled is billed.",
    ),
    _C.CLIENT_NOT_ALLOWED: Advice(
        "This plan or endpoint is for other clients. Use the general API endpoint of the provider with a key of it.",
        "Requests there are billed by use, not by plan.",
    ),
    _C.REGION_BLOCKED: Advice(
        "The provider does not serve the region the requests come from. Send them out from a region that it serves, "
        "or use its endpoint for yours.",
        "Data crosses a border: ask whether it may.",
    ),
    _C.ACCOUNT_SUSPENDED: Advice(
        "The provider switched the account off. Ask its support why; meanwhile use another account or provider.",
        _WAITING,
    ),
    _C.ACCOUNT_RESTRICTED: Advice(
        "The provider restricted the account. Ask its support what is missing; meanwhile use another one.", _WAITING
    ),
    _C.QUOTA_EXHAUSTED: Advice(
        "Balance or spend limit is used up. Recharge the account or raise its limit; the router tries the parked "
        "credential again by itself.",
        "What used the money up may go on: look at the tenants first.",
    ),
    _C.PLAN_EXPIRED: Advice("The subscription ended. Renew it, or use a key that is billed by use.", _WAITING),
    _C.PLAN_WINDOW_EXHAUSTED: Advice(
        "The window of the plan is used up. Wait until it begins anew, or let a target with another key take over.",
        _WAITING,
    ),
    _C.RATE_LIMIT: Advice(
        "More requests or tokens a minute than the account may send. Send fewer, set limits on the rule, or raise the "
        "limit at the provider; the router already waits as long as the provider says.",
        "Callers above a limit of the rule get 429 from the gateway.",
    ),
    _C.RATE_LIMIT_DAILY: Advice(
        "The day's cap is reached. Wait for the next day of the provider, or let a fallback serve until then.", _WAITING
    ),
    _C.RATE_LIMIT_CONCURRENCY: Advice(
        "More requests at once than the account may have. Lower maxConcurrency of the provider; it is per router, so "
        "divide the account's limit by the number of routers.",
        "Requests beyond it go to the next target, or get 503.",
    ),
    _C.RATE_LIMIT_SINGLE_REQUEST: Advice(
        "One request alone is above the limit of a minute. Make it smaller, or raise the limit; to retry is useless.",
        _HARMLESS,
    ),
    _C.PROVIDER_OVERLOADED: Advice(
        "The provider has too much to do. Let a fallback serve this model until it recovers; the breaker does "
        "the rest.",
        "The other provider's model answers differently, and costs what it costs.",
    ),
    _C.UPSTREAM_5XX: Advice(
        "The provider failed. Let another target serve until it recovers, and look at the provider's status page.",
        "The other provider's model answers differently, and costs what it costs.",
    ),
    _C.BAD_GATEWAY: Advice(
        "The provider's edge could not reach the provider. Let another target serve until it can.",
        "The other provider's model answers differently, and costs what it costs.",
    ),
    _C.GATEWAY_TIMEOUT: Advice(
        "The provider's edge gave up waiting. Let another target serve; ask for streams where answers are long.",
        "The other provider's model answers differently, and costs what it costs.",
    ),
    _C.NO_HEALTHY_UPSTREAM: Advice(
        "A proxy on the way had no healthy server to send to. Look at that proxy's endpoints and health checks.",
        _HARMLESS,
    ),
    _C.ALL_UPSTREAMS_FAILED: Advice(
        "A proxy on the way tried everything it had. Look at what it tried; each attempt has a reason of its own.",
        _HARMLESS,
    ),
    _C.MODEL_NOT_FOUND: Advice(
        "The provider does not know this model, or not for this account. Write its current name in the target's model, "
        "or enable it; GET /models of the provider lists what there is.",
        "Another model answers differently.",
    ),
    _C.ENDPOINT_NOT_FOUND: Advice(
        "There is no such path at this host. Correct the base URL: what comes after /v1 in a request is appended "
        "to it.",
        "A base URL at another host gets the key.",
    ),
    _C.CAPABILITY_UNSUPPORTED: Advice(
        "The model cannot do what was asked (images, tools, …). Ask a model that can, or leave that part out.",
        _HARMLESS,
    ),
    _C.INVALID_PARAM: Advice(
        "The model refuses a parameter. Correct it in the client, or let the target set or remove it.",
        "What a target sets or removes holds for every request to it.",
    ),
    _C.INVALID_MESSAGE_SEQUENCE: Advice(
        "The history breaks the provider's rules. Repair it in the client: each tool call needs its answer, and "
        "thinking "
        "its reasoning.",
        _HARMLESS,
    ),
    _C.MAX_TOKENS_TOO_LARGE: Advice(
        "The output limit is above the model's. Lower it in the client, or let the target set it.",
        "Longer answers are cut off.",
    ),
    _C.CONTEXT_LENGTH_EXCEEDED: Advice(
        "Prompt and output are longer than the model's window. Shorten the history, or use a model with a longer one.",
        "What is cut from a history is forgotten.",
    ),
    _C.PAYLOAD_TOO_LARGE: Advice(
        "The body is above a hop's limit. Send less (files instead of inline data), or raise the limit of the hop that "
        "refused it.",
        "Larger bodies take more of every router's memory.",
    ),
    _C.CONTENT_FILTER: Advice(
        "The provider refused the content. Only whoever wrote it can change it; retries are useless.", _HARMLESS
    ),
    _C.DUPLICATE_REQUEST: Advice(
        "A request id was used twice. Make a new one for each request, also for a retry.", _HARMLESS
    ),
    _C.UPSTREAM_NON_JSON: Advice(
        "What came back was empty, HTML or no JSON. Something on the way answered instead of the API: look at the base "
        "URL and at the proxies between.",
        _HARMLESS,
    ),
    _C.STREAM_TRUNCATED: Advice(
        "A stream ended before its finish. Retry where nothing was shown yet; where it was, ask again from the start.",
        "A generation that is asked for again is billed again.",
    ),
    _C.STREAM_LINE_TOO_LONG: Advice(
        "One line of a stream is longer than its reader takes. Raise the reader's buffer.",
        "More memory for each stream.",
    ),
    _C.TIMEOUT_READ: Advice(
        "Nothing came in the allowed time. Raise firstByte of the rule where the model thinks long; else let another "
        "target serve.",
        "Callers wait longer for a provider that will not answer.",
    ),
    _C.CONNECTION_REFUSED: Advice(
        "Nothing listens there. Check host and port of the base URL, and network policies between.", _HARMLESS
    ),
    _C.NETWORK_UNREACHABLE: Advice(
        "There is no way to that address. Check egress, network policies and SEALANE_ALLOWED_NETWORKS.", _HARMLESS
    ),
    _C.CONNECTION_RESET: Advice(
        "The other side closed the connection. The router retries on a fresh one; if it goes on, lower the idle limit "
        "below the other side's.",
        _HARMLESS,
    ),
    _C.DNS_FAILURE: Advice(
        "The name does not resolve. Check the host of the base URL for a slip, then the cluster's DNS.", _HARMLESS
    ),
    _C.TLS_VERIFY: Advice(
        "The certificate is not trusted, or is for another host. Give the provider the right caRef or "
        "serverName; never "
        "switch verification off.",
        "A wrong caRef trusts whoever holds that key.",
    ),
    _C.POOL_EXHAUSTED: Advice(
        "All own connections are in use. Raise the limit of connections, or add replicas.",
        "Each connection takes a descriptor and memory.",
    ),
    _C.FD_EXHAUSTED: Advice(
        "The process has no file descriptor left. Raise its limit, or add replicas.",
        "Each connection takes memory as well.",
    ),
    _C.WS_KEEPALIVE_TIMEOUT: Advice(
        "A ping was not answered in time: the event loop was busy. Move blocking work to a thread or a process.",
        _HARMLESS,
    ),
    _C.DB_CONNECTIONS_EXHAUSTED: Advice(
        "The database has no connection left. Lower the pool of each replica, or put a pooler before it.",
        "A pool that is too small makes requests wait.",
    ),
    _C.DB_PREPARED_STATEMENT: Advice(
        "A pooler in transaction mode lost a prepared statement. Switch the statement cache off, or use session mode.",
        "Each query is planned anew.",
    ),
    _C.K8S_IMAGE_PULL: Advice(
        "The image cannot be pulled. Check its name and tag, and the pull secret of the ServiceAccount.", _HARMLESS
    ),
    _C.K8S_CRASHLOOP: Advice(
        "The container ends again and again. Read the log of its last run; exit code 137 is memory.", _HARMLESS
    ),
    _C.K8S_UNSCHEDULABLE: Advice(
        "No node takes the pod. Compare its requests, selectors and tolerations with what the nodes have.", _HARMLESS
    ),
    _C.K8S_MISSING_REFERENCE: Advice(
        "A ConfigMap, Secret or volume that the pod names is not there. Create it, or correct its name.", _HARMLESS
    ),
    _C.K8S_BAD_COMMAND: Advice(
        "The container's command cannot be run. Correct command and arguments, or the image.", _HARMLESS
    ),
    _C.UNKNOWN: Advice(
        "Nobody has seen this before. Read the text and say what it is: the next one of its kind is known then.",
        _HARMLESS,
    ),
    _C.NONE: Advice("Nothing is wrong.", _HARMLESS),
}
