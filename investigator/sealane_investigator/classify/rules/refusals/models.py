"""The model and the address: what is not there, and what a model cannot do."""

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_investigator.classify.rule import rule

CAPABILITIES = (
    rule(
        "capability",
        C.CAPABILITY_UNSUPPORTED,
        (
            r"(does|do|did)(n't| not) (currently )?(support|accept|allow|have)…(tool|function|image|vision|"
            r"video|audio|multimodal|multi-modal|file|pdf|document|stream|system (message|prompt|instruction|"
            r"role)|system$|thinking|reasoning effort|reasoning$|json|structured|response[_ ]format|embedding|"
            r"chat|completion|prompt caching|cach|modalit|input type|prefill|parallel tool|web search|"
            r"computer use|logprobs)"
        ),
        (
            r"(tool|function|image|vision|video|audio|multimodal|file|pdf|document|stream\w*|thinking|"
            r"reasoning|system|developer|structured outputs?|json[ _](schema|mode)|web search|embedding|cache|"
            r"mcp)\w*'?( \w+'?){0,4} (is |are )?(not|n't|only) (currently |yet )?(supported|enabled|available|"
            r"allowed|accepted|implemented)(?! for this account| in your)"
        ),
        r"(image_url|image|video_url|audio|file)'? is only supported by certain models",
        r"no endpoints found (that|which|supporting|with)…(support|tool|image|cache|param|file|audio|vision)",
        r"no endpoints…support",
        r"(auto'?|tool choice) (tool choice )?requires…enable-auto-tool-choice",
        r"unknown variant…(image_url|image|input_audio|file|video_url|video)",
        r"(function|tool) call(ing)? is not",
        r"developer instruction is not enabled",
        r"(is|are) not (a|an) (vlm|vision|multimodal|multi-modal|chat|embedding|completion|reasoning)( \w+)? model",
        r"not (a|an) (vlm|multimodal|chat model|embedding model|vision)",
        r"not accessible via the",
        r"unsupported_api_for_model",
        r"only support(s|ed)? (in|by|on|with) (the )?(v1/|responses api|/v1|certain|v1 )",
        r"only supported in v1/(responses|completions|chat)",
        r"does not represent an? \w+ model",
        r"cannot (process|handle|read|accept|use) (image|audio|video|file|tool|pdf)s?",
        (
            r"(image|audio|video|vision|file|tool)s?[ _]?(input|content|url|use|call\w*)?s? (is |"
            r"are )?(unsupported|not_supported)"
        ),
        r"unsupported (content|input|image|media|modalit|file)[ _]?(type|part|format|y|input)?…",
        r"(tools?|functions?|images?)'? (parameter )?(is|are) not supported",
        r"model…can(no|')t (see|process|read)",
        r"'thinking'…not supported",
        r"adaptive thinking is not",
        r"at most 0 (image|audio|video)",
        r"tool use…not supported",
        r"support(s)? (text|chat)[- ]only",
        r"only supports? text",
        r"text-only (model|prompts)",
        r"use a model that supports",
        r"model that supports",
        r"not support multimodal",
        r"does not support parameters: \['(tools|functions|tool_choice)'",
        r"operation…not (supported|work)…(model|with the specified)",
        r"the requested operation is (un|not )supported",
        r"(chat|completion)s? operation does not work with",
        r"provide the mmproj",
        r"hosted tool…not supported",
        r"image input (is )?not supported",
        r"does not support chat",
        r"model does not support",
        r"not supported for generatecontent$",
        unless=(
            r"max_tokens'|unsupported (parameter|value)|does not support parameters: \{|"
            r"support (the )?parameter(?!s: \['(tools|functions|tool_c))|top_k|temperature|rate limit|"
            r"is not found for api version|does not support \d|does not support 'none'|presence|frequency|"
            r"reasoning_?effort|effort|stop|verbosity|image (type|format)|file (type|format)|media type|"
            r"invalid image|argument not supported|mime|system capacity|reasoning\.effort|successive|"
            r"prefill\. the|stream_options|message prefill|\bdata policy\b|prepared statements|connection|"
            r"in your (country|"
            r"region)|api-version|with this client|not supported for this endpoint"
        ),
    ),
    rule(
        "capability.chinese",
        C.CAPABILITY_UNSUPPORTED,
        (
            r"(不|暂不|未)支持…(图片|图像|视觉|视频|音频|工具|函数|多模态|文件|流式|调用方式|思考|联网|tool|"
            r"function|image)"
        ),
        r"(图片|图像|视频|音频|工具|函数|多模态)[^,。]{0,8}(不支持|不被支持)",
        r"不是…(视觉|多模态|对话)…模型",
        r"仅支持…(文本|流式|stream)",
        unless=r"参数|仅支持流式",
    ),
)

NAMES = (
    rule(
        "model.missing",
        C.MODEL_NOT_FOUND,
        r"model…(does not|doesn't|do not) exist",
        r"model not exist",
        (
            r"model…(was |is |were |has been )?(not found|not_found|notfound|unknown|not available|"
            r"unavailable|not recognized|retired|deprecated|decommissioned|removed|discontinued|sunset|"
            r"deleted|shut down|offline|end of (its )?life|not deployed|not loaded|not supported$|"
            r"not supported\.|disabled|not listed|not registered|not configured)"
        ),
        (
            r"(unknown|invalid|unsupported|unrecognized|no such|nonexistent|non-existent|missing|"
            r"not found the|not find|not find the|not locate|couldn't find|find any) (requested )?(model|"
            r"deployment|engine)"
        ),
        r"not a (valid|known|supported|recognized) model",
        r"model identifier (is )?invalid",
        r"model…is not (valid|a valid|supported by|supported for this account|found|available|accessible|allowed)",
        (
            r"model[ _]?(not[ _]?found|not[ _]?exists?|notfound|unavailable|disabled|decommissioned|"
            r"not[ _]supported|not[ _]available|deprecated)"
        ),
        r"deployment…(does not exist|not found|not exist)",
        r"deploymentnotfound",
        r"inference profile",
        r"on-demand throughput",
        r"(model|engine) (name|id|code)…(invalid|incorrect|wrong|unknown|not)",
        r"check the model (code|name|id)",
        r"no endpoints found for",
        r"not found for api version",
        r"publisher model…not found",
        r"not found for account",
        r"unable to access model",
        r"(invalid|incorrect|wrong) (model )?(name|id|model)( passed)?( in)? model",
        r"llm provider not provided",
        r"try pulling it first",
        r"no model (named|with|matches|found|loaded|called)",
        r"models? (is |are )?(currently )?not loaded",
        r"models? unloaded",
        r"no models loaded",
        r"migrate to (a |another )?(newer |supported )?model",
        r"not (in|on) the (list of )?(available|supported|allowed) models",
        r"you passed (in )?model=",
        r"no such model",
        r"no '?(model|deployment)(_name)?'? with this (string|name|id)",
        r"\bmodel: [\w./:-]{2,80}$",
        r"model version…end of",
        r"requested model",
        r"(doesn't|does not) (appear to )?support model",
        r"supported (api )?models? (names )?(are|is|include)",
        r"model…(has|have) not been (deployed|found)",
        r"or you do(n't| not) have access to it",
        r"model…could not be (found|loaded)",
        r"(not|isn't) a model",
        r"endpoint…(does not exist|not found) or…access",
        r"invalid_model",
        r"specified (model|deployment)…(not|invalid)",
        unless=(
            r"not authorized|overloaded|over capacity|currently loading|does not have access to model|"
            r"at capacity|try again later|max_tokens|maximum|tokens|parameter|temperature|system messages|"
            r"tool|image|no (available )?channel|rate limit|deployments available|not open|deny|on your plan|"
            r"max(imum)? output|no eligible|not exist or has no|plan|not accessible via|tier|subscription|"
            r"argument not supported"
        ),
    ),
    rule(
        "model.missing.tolerant",
        C.MODEL_NOT_FOUND,
        r"or you do(n't| not) have access to it",
        r"or your (project|team|account) does not have access",
        r"not found the model",
        r"does not exist or is not available",
        r"no endpoints found for",
        r"in your plan or does not exist",
        r"no such model",
        r"does not exist or has no",
        r"marked by provider as legacy",
    ),
    rule(
        "model.missing.chinese",
        C.MODEL_NOT_FOUND,
        r"模型[^,。]{0,30}(不存在|未找到|找不到|已下线|下架|无效|未配置|已停用|不可用|已弃用)",
        r"(不存在|无效|找不到|未知)的?模型",
        r"请检查模型",
        r"不支持(该|此|的)?模型",
        r"倍率或价格未配置",
        unless=r"无可用渠道",
    ),
)

ADDRESSES = (
    rule(
        "endpoint.missing",
        C.ENDPOINT_NOT_FOUND,
        r"cannot (post|get|put|delete|patch|head|options) /",
        r"invalid url \((post|get|put|delete)",
        r"unknown (request )?(url|path|endpoint|route)",
        r"404 page not found",
        r"no route matched",
        r"route…(not found|does not exist|not defined)",
        (
            r"(requested )?(url|path|endpoint|uri|resource path|api(?![ _-]?(key|token)))…(was |is |"
            r"does )?(not found|not exist|unknown|not available)"
        ),
        r"method not allowed",
        r"405 not allowed",
        r"unexpected endpoint",
        r"unknown_url",
        r"url\.not_found",
        r"no static resource",
        r"no handler found",
        r"missing an? 'http",
        r"no scheme supplied",
        r"no connection adapters",
        r"unsupported protocol",
        r"unsupportedprotocol",
        r"invalid (base )?url",
        r"invalidurl",
        r"api version not supported",
        r"please check the url",
        r"nothing matches the given uri",
        r"no message available",
        r"not found: (post|get) /",
        r"the page (you|could)…(not|requested)",
        r"nosuchkey",
        r"not_found_handler",
        r"no matching (route|operation|path)",
        r"there is no (route|endpoint|method)",
        r"the specified (path|method|resource) (was|is|does) not",
        r"operation not found",
        r"endpoint not found",
        r"(path|status)'?: ?'?/?\w{0,8}/?v\d/v\d",
        r"/v1/v1/",
        unless=r"model…(not found|does not exist)|no endpoints found|host not found|invalid url \(post…model",
    ),
    rule(
        "endpoint.missing.chinese",
        C.ENDPOINT_NOT_FOUND,
        r"没找到对象",
        r"(接口|路径|地址|api|资源|页面)[^,。]{0,30}(不存在|未找到|已下线|找不到|已停用)",
    ),
    rule(
        "not_found.bare",
        C.ENDPOINT_NOT_FOUND,
        r"^'?(404:? ?)?(resource |page |file |error:? ?)?not[ _]found'?\.?$",
        r"404 not found",
        r"resource not found",
        r"'detail': ?'not found'",
        r"error 404",
        hint=True,
        unless=r"model|image|secret|configmap",
    ),
)
