"""What is wrong with a request: its parameters, its content, its id."""

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_investigator.classify.rule import rule

CONTENT = (
    rule(
        "content.refused",
        C.CONTENT_FILTER,
        r"content[_ ](management )?(filter|policy|moderation|violation)",
        r"contentpolicyviolation",
        r"content filter",
        r"responsibleai",
        r"considered high risk",
        (
            r"(safety|moderation|usage|content|acceptable use|ai) (system|policy|policies|filter|guidelines?|"
            r"check|guard\w*|settings?)…(reject|flag|block|violat|trigger|refus)?"
        ),
        (
            r"(flagged|blocked|rejected|refused|filtered|violat\w+)…(safety|moderation|content|policy|"
            r"policies|harm|sensitive|violat|inappropriate|guideline|terms|guardrail|csam)"
        ),
        (
            r"(inappropriate|sensitive|unsafe|harmful|prohibited|offensive|illegal|nsfw|toxic|"
            r"sexual) (content|information|words?|material|input|text)"
        ),
        r"may contain (inappropriate|sensitive|unsafe)",
        r"content exists risk",
        r"data_?inspection_?failed",
        r"(input|output) new_sensitive",
        r"finish_?reason…(safety|content_filter|prohibited|recitation|blocklist|spii|sensitive|image_safety)",
        r"(block_?reason|blocked by)…(safety|prohibited|other|blocklist|content|guardrail)",
        r"output blocked",
        r"response was (blocked|filtered)",
        r"prompt was (blocked|flagged|filtered|rejected)",
        r"(prohibited|sensitive)_content",
        r"safety_check",
        r"potentially (violating|unsafe)",
        r"guardrail",
        r"stop_reason'?: ?'refusal",
        r"recitation",
        r"was flagged",
        r"requires moderation",
        r"jailbreak",
        r"cyber(security)?[- ](risk|abuse)",
        r"content violates",
        r"violates…(usage|policy|guidelines|policies)",
        r"copyright",
        r"moderation_blocked",
        r"contains?…(policy violation|sensitive)",
        r"harm_category",
        r"unable to (respond|answer|fulfill)…(policy|safety)",
        unless=(
            r"account|organization has been|access was terminated|data policy|fair usage|"
            r"access to this endpoint|blocked by policy$|configmap|secret |cloudflare|rate limit policy|"
            r"imagepullpolicy|not comply"
        ),
    ),
    rule(
        "content.refused.chinese",
        C.CONTENT_FILTER,
        r"(不安全|敏感|违规|违禁|不当|色情|违法|涉政|不合规)…(内容|信息|词|提示)",
        r"内容…(安全|审核|违规|敏感|风险|合规)",
        r"策略阻止",
        r"(输入|输出|提示词?)…(违规|敏感|风险)",
        unless=r"账号|账户",
    ),
    rule(
        "request.duplicate",
        C.DUPLICATE_REQUEST,
        r"duplicate[ _-]?request",
        r"idempoten…",
        r"(request|same)[ _]?id…(already|duplicate|been used|used before|exists|in use|twice|repeated)",
        r"(already|duplicate)…request[ _]?id",
        r"you (already )?have (a|an existing) request",
        r"already (being )?(processed|in progress|processing)…",
        r"request (is )?already",
        r"您已有请求",
        r"(请求|request_id)[^,。]{0,10}(重复|已存在|已被使用)",
        r"重复(的)?请求",
        r"duplicaterequestid",
        r"request was (already )?(submitted|received) (before|already)",
        unless=r"prepared statement|tool|pulling|address already|refresh token",
    ),
)

PARAMETERS = (
    rule(
        "parameter.refused",
        C.INVALID_PARAM,
        r"unsupported (parameter|value|argument|option|field)",
        (
            r"(unknown|unrecognized|unexpected|illegal|missing required|extraneous|"
            r"disallowed) (request )?(parameter|argument|field|property|keyword|option)"
        ),
        r"unknown name '",
        r"only [\d.]+ is allowed",
        r"extra (inputs|fields) (are )?not permitted",
        r"field required",
        r"extra_forbidden",
        (
            r"invalid (schema|temperature|top_p|purpose|enum|base64|image|tool name|function name|"
            r"request_body|api parameter)"
        ),
        r"must contain the word 'json'",
        r"could not parse the json body",
        r"failed to deserialize the json body",
        r"moonshot flavored json schema",
        (
            r"\b(temperature|top_p|top_k|presence_penalty|frequency_penalty|penalty|logprobs|top_logprobs|"
            r"logit_bias|seed|reasoning_?effort|effort|verbosity|response_format|tool_choice|"
            r"parallel_tool_calls|stream_options|thinking_budget|budget_tokens|service_tier|modalities|"
            r"cache_control|enable_thinking|max_tokens|max_completion_tokens|stop_sequences|"
            r"dimensions)'?( value)?'?:? (must|should|is |may only|only|range|cannot|does not|not |invalid|"
            r"incompatible|unsupported|required|out of|between|deprecated|need|and '|当)"
        ),
        r"does not support (the )?(parameter|argument|'none'|'minimal'|\d|reasoning_?effort|temperature)",
        r"does not support parameters",
        r"argument not supported",
        r"unsupported_(parameter|value)",
        r"malformed input request",
        r"(greater|less) than the (maximum|minimum) of",
        r"set simultaneously",
        r"cannot both be",
        r"json schema (is )?invalid",
        r"input_schema",
        r"function_declarations",
        r"extra_body",
        r"drop_params",
        r"api-version",
        r"property '.{1,60}?' is unsupported",
        r"invalid json payload",
        r"incompatible with thinking",
        r"only supports? (stream|non-stream)",
        r"only support stream",
        r"input cannot be empty",
        r"file size is zero",
        r"array too long",
        r"could not process image",
        r"image could not be processed",
        r"chat template",
        r"supports at most \d+ image",
        r"at most [1-9]\d* image",
        r"function parameters is empty",
        r"invalid chat setting",
        r"oneof, allof",
        r"does not match pattern",
        r"should match pattern",
        unless=(
            r"api[ _-]?key|x-api-key|authorization|bearer|timed? ?out|unauthorized|subscription|model…"
            r"does not exist|connection (error|refused)|certificate|max retries|unsupported_country|"
            r"unknown model"
        ),
    ),
    rule(
        "parameter.refused.chinese",
        C.INVALID_PARAM,
        r"参数[^,。]{0,20}(非法|错误|有误|无效|不合法|不支持|缺失|异常|必填|超出|不能|校验|范围)?",
        r"(未正常接收|缺少|无效的?|非法的?|错误的?)[^,。]{0,12}参数",
        r"不能同时设置",
        r"取值范围",
        r"请求(格式|体|参数)[^,。]{0,8}(错误|无效|有误|非法)",
        r"请检查文档",
    ),
)

WEAK_PARAMETERS = (
    rule(
        "parameter.worded",
        C.INVALID_PARAM,
        (
            r"\b(unknown|unrecognized|unexpected|invalid|illegal|missing|bad|unsupported|"
            r"required) (required )?(request )?(parameter|argument|field|name|key|property|keyword|option|"
            r"param|enum|schema|type|value|query|json|format|input|request)s?\b"
        ),
        (
            r"\b(parameter|argument|field|param|property|value|option)s?\b…(is |are |was )?(not (supported|"
            r"allowed|permitted|valid|accepted|recognized)|invalid|illegal|unsupported|required|missing|"
            r"out of range|unknown|unexpected|deprecated|incorrect|not received|empty|forbidden)"
        ),
        (
            r"(must|should) be (a |an |one of|in |between|at least|less|greater|smaller|larger|set |of type|"
            r"either|positive|true|false|non-negative|valid|unique|defined|string|integer|number|array|object|"
            r"specified|provided)"
        ),
        r"invalid[ _]?(parameter|request_?parameter|argument|value|type|params|json|function|tool|format|field)",
        r"is not (permitted|one of|of type|a valid (value|choice|integer|number|enum|type|json))",
        (
            r"(cannot|can't|can not|must not|may not) (both )?be (specified|used|set|empty|null|combined|"
            r"enabled|provided|negative|greater|less|defined|present)"
        ),
        r"mutually exclusive",
        r"not (be )?(supported|compatible|valid) (with|when|together|while) ",
        r"incompatible with",
        r"unable to (parse|process|download|fetch|decode)…(image|file|url|json|schema|body)",
        r"could not (decode|download|load) (the )?(image|file|pdf|url|media)",
        r"request body (is )?(invalid|missing|not valid|malformed)",
        r"validation error",
        r"validationerror",
        r"value_error|type_error",
        r"literal_error",
        r"input should be",
        r"cannot find field",
        r"is required\b",
        r"(请求体|参数|字段|入参)…(解析|错误|失败|格式|非法|无效|有误|取值|范围)",
        r"string too (long|short)",
        r"is too (short|long) - ",
        r"expected…(but |, )?got",
        r"invalid request",
        r"bad request\b",
        r"invalid '.{1,60}?'",
        hint=True,
        unless=(
            r"api[ _-]?key|x-api-key|authorization|bearer|timed? ?out|unauthorized|connection (error|refused)|"
            r"certificate|max retries"
        ),
    ),
)
