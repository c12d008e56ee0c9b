"""Too much in one request: tokens in, tokens out, bytes."""

import re

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_investigator.classify.rule import rule
from sealane_investigator.classify.wording import Wording


def _above_the_window(match: re.Match[str], _: Wording) -> bool:
    """Whether the wanted output alone is above the limit that is stated."""
    wanted, limit = (int(number.replace(",", "")) for number in match.group("wanted", "limit"))
    return wanted > limit


def _refused_by_size(_: re.Match[str], wording: Wording) -> bool:
    return wording.status == 413


SIZES = (
    rule(
        "payload.by_status",
        C.PAYLOAD_TOO_LARGE,
        r"too (large|big|long)",
        condition=_refused_by_size,
        unless=r"token|context|prompt|tpm|per min|conversation|body|entity|payload|file",
    ),
    rule(
        "context.body_of_tokens",
        C.CONTEXT_LENGTH_EXCEEDED,
        r"max size: \d+ tokens",
        r"expected maxlength: \d+, actual",
    ),
    rule(
        "output.above_limit",
        C.MAX_TOKENS_TOO_LARGE,
        (
            r"max(imum)?_?(completion_|output_|new_)?tokens?'?:? ?\(?(?P<wanted>[\d,]{1,12})\)? (>|"
            r"exceeds?( the)?|is (greater|larger|more) than)[^\d]{0,60}(?P<limit>[\d,]{1,12})"
        ),
        condition=_above_the_window,
    ),
    rule(
        "output.too_large",
        C.MAX_TOKENS_TOO_LARGE,
        (
            r"max_?(completion_|output_|"
            r"new_)?tokens?'?( or 'max_completion_tokens')?( value)?( \(?\d+\)?)?:? (is |are )?(too (large|"
            r"big|high)|larger than|greater than|higher than|above|exceed\w*|more than|must be (less|lower|"
            r"smaller|at most|<|no more|between)|should be (less|lower|<|between|in)|cannot (exceed|"
            r"(be|go) (greater|larger|more|above|over))|can't exceed|out of range|超过|must be in)"
        ),
        r"maximum allowed number of output tokens",
        r"at most \d+ (completion|output) tokens",
        r"valid range of max_(completion_)?tokens",
        r"range of max_(completion_|output_)?tokens",
        r"maximum (value for|tokens you requested) …",
        r"maximum tokens you requested exceed",
        r"maxoutputtokens",
        (
            r"(exceeds?|above|over|than) (the )?(model'?s? )?max(imum)? (number of )?(output|"
            r"completion)( token)?s?( limit)?"
        ),
        r"max(imum)? (output|completion)[ _](tokens?|length|limit)…(exceed|too|than|above|is|of|be)",
        r"output (token )?limit…(exceed|of|is)?",
        r"(less|lower|smaller) than or equal to…(max(imum)? value for 'max_)",
        r"max tokens must be",
        r"max_tokens must be (<=|less|lower|at most)",
        r"invalid 'max_(completion_|output_)?tokens'…(above|maximum|expected a value <=)",
        r"invalid max_(completion_|output_)?tokens value",
        r"maximum output for this model",
        r"expected a value <= \d+",
        r"max_tokens=?\d* cannot be greater",
        r"cannot be greater than max_model_len",
        r"max_(completion_|output_)?tokens is limited",
        r"max_(completion_|output_)?tokens…<=? ?\d+",
        r"integer above maximum value…max",
        unless=(
            r"thinking\.budget|budget_tokens|context (length|limit|window)…messages|"
            r"max_new_tokens' must be <=|inputs' tokens|below minimum|>= ?1\b|>= 1[ ,.]|at least 1|"
            r"greater than (or equal to )?[01]\b|exceed context limit|must be greater than|"
            r"max_tokens' is not supported|larger than 0|in the messages|"
            r"requested \d+ output tokens and your prompt|input length"
        ),
    ),
    rule(
        "output.too_large.chinese",
        C.MAX_TOKENS_TOO_LARGE,
        r"max_tokens…(超过|超出|过大|大于|最大)",
        r"最大输出…(超|限制|长度)",
        unless=r"非法",
    ),
    rule(
        "context.too_long",
        C.CONTEXT_LENGTH_EXCEEDED,
        r"maximum context length",
        r"max(imum)? (context|model|prompt|sequence|input|total)[ _](length|len|window|size|tokens?)",
        (
            r"(prompt|input|context|request|conversation|messages?|history|text|inputs|query|content)…(is|are|"
            r"was) too (long|large)(?! for…upload)"
        ),
        (
            r"(exceed\w*|longer than|larger than|over(flow\w*)?|beyond|above|surpass\w*|outside)…(context|"
            r"model)'?s?( \w+)? (window|length|limit|size)"
        ),
        r"context (window|length|size|limit)…(exceed|overflow|reached|too|full|is|of|limit)",
        r"context[_ ](length|window)[_ ](exceeded|error)",
        r"exceeded model token limit",
        r"exceeds? the maximum number of (input )?tokens",
        (
            r"(prompt|input) (token )?(count|length|size|tokens)…(exceed|greater|larger|longer|over|too|"
            r"should be|must be|>|limit)"
        ),
        r"range of input length",
        r"input token length too long",
        r"prompt exceeds max length",
        r"prompt contains \d+ tokens",
        r"prompt (is )?too long",
        r"prompt 超长",
        r"too many (input |prompt |total )?tokens(:| in (the )?(prompt|request|input)| \(| for)",
        r"reduce the length of the (messages|prompt|input)",
        r"(tokens?|input) (limit )?exceed\w*…(context|maximum|limit|window)",
        r"exceeds? (the )?(available )?context",
        r"exceed_context_size",
        r"decoder prompt",
        r"longer than the (model|max|context)",
        r"tokens? \+ 'max_new_tokens' must",
        r"requested tokens \(\d+\) exceed context window",
        r"shorten (your|the) (prompt|input|messages?)",
        r"trying to keep the first \d+ tokens",
        r"current length is \d+ while limit is",
        (
            r"(prompt|input|total|requested|request|message)[ _]tokens?…(exceeds?|>|greater than|above|"
            r"larger than|must be less)"
        ),
        r"size limit exceeded by \d+ tokens",
        r"tokens (in|of) (your |the )?(prompt|request|input|messages)…(exceed|more|over|limit)",
        r"\d tokens > \d+ maximum",
        r"token limit (exceeded|of \d+ exceeded)",
        r"input (is |text )?too long",
        r"contextwindowexceeded",
        r"message…too long(?! for column)",
        r"max_prompt_tokens_exceeded",
        r"conversation (is )?too long",
        r"inputs? (must|should) (have|be) (less|fewer|at most|shorter)…tokens",
        r"'inputs' (must|tokens)",
        r"kv cache…(too small|not enough|larger than)",
        r"tokens exceeds? (the )?(model|limit|max)",
        r"max_seq_len",
        r"context overflow",
        r"context the overflows",
        r"exceeds?…maximum (length|tokens|limit) of \d+ tokens",
        r"fewer inputs",
        r"exceed max message tokens",
        r"total tokens…exceed",
        r"maximum (prompt|input) (length|tokens|size)",
        unless=(
            r"timeout|per min|tpm|image|file size|payload|bytes|column|header|\burls?\b(?!: ?http)|"
            r"body (is )?too large|entity too large|tool name|max_parallel|redis|name…too long|media"
        ),
    ),
    rule(
        "context.too_long.chinese",
        C.CONTEXT_LENGTH_EXCEEDED,
        r"上下文(长度|窗口|超|限制)",
        r"(输入|提示词?|prompt|对话|内容|文本|token)[^,。]{0,12}(过长|超长|太长|超过最大|超过了?模型|长度超|超出)",
        unless=r"图片|文件|频率|敏感",
    ),
    rule(
        "payload.too_large",
        C.PAYLOAD_TOO_LARGE,
        r"(request )?entity too large",
        r"payload too large",
        r"content too large",
        (
            r"(request|payload|body|file|image|upload|media|attachment|document|video|audio|message|content)…"
            r"(size|body)?…(too (large|big)|exceeds? (the )?(\w+ ){0,3}(max|limit|size|\d+ ?(mb|kb|m\b|bytes|"
            r"mib)))"
        ),
        r"request_too_large",
        r"payload_?too_?large",
        r"(exceed\w*|larger than|greater than|above|maximum|max)…\d+(\.\d+)? ?(mb|mib|kb|gb|bytes)\b",
        r"(maximum|max) (request|body|payload|file|upload|image|message) (body )?size",
        r"request exceeds the maximum size",
        r"payload size exceeds",
        r"(body|request|client) …exceeded…size",
        r"length limit exceeded",
        r"max bytes per data-uri",
        r"received message larger than max",
        r"request header or cookie too large",
        r"request-uri too (large|long)",
        r"header…too large",
        r"request body too large",
        r"client intended to send too large",
        r"image dimensions exceed",
        r"(too many|at most \d+|maximum of \d+|max(imum)? number of) (images|files|pages)",
        r"\d bytes > \d+ bytes",
        r"file_too_large",
        r"maximum of \d+ (pdf )?pages",
        r"pages may be provided",
        r"413 (request|payload|content|entity)",
        unless=(
            r"tokens? per min|context|\btokens\b|chunk|line|max_tokens|buffer limit|quota|insufficient|"
            r"retrieved from|timed? ?out|reading:"
        ),
    ),
    rule(
        "payload.too_large.chinese",
        C.PAYLOAD_TOO_LARGE,
        r"(图片|文件|请求体|附件|视频|音频)[^,。]{0,12}(过大|超过|超出|太大)",
        r"大小(超过|超出)",
    ),
)
