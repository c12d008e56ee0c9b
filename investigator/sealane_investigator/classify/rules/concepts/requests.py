"""What was asked for: of which model, at which address, in which order, with what in it."""

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_investigator.classify.rule import rule

_CANNOT = (
    r"(cannot|can't|can not|could not|unable|not able|not (possible|available|supported|implemented|offered|enabled|"
    r"accepted)|impossible|unavailable|disabled|unsupported|does(n't| not)|is(n't| not)|lacks?|(has|have) no|"
    r"no support)"
)
_SKILL = (
    r"(images?|pictures?|photos?|vision|videos?|audio|speech|pdfs?|tool[- ]?(use|calls?|calling)|function[- ]calls?|"
    r"function[- ]calling|streaming|structured outputs?|json mode|thinking|web search|multimodal|embeddings?)\b"
)

REQUESTS = (
    rule(
        "concept.capability",
        C.CAPABILITY_UNSUPPORTED,
        rf"{_SKILL}…\b{_CANNOT}\b",
        rf"\b{_CANNOT}\b…{_SKILL}",
        r"\btext[- ]only\b",
        r"(不具备|不能|无法|不支持|不可)…(图片|图像|视频|音频|工具|函数|流式|理解)",
        r"(仅|只)(能|可|支持)…(文本|文字|语言|对话)",
        hint=True,
        unless=(
            r"schema|too (large|big|long|many)|download|fetch|decode|\burl\b|base64|format|bytes|\bmb\b|must|parse|"
            r"generat|safety|result|tool_call_id|timed? ?out|stream (closed|ended)|cannot read propert|"
            r"is not a function|"
            r"parameter|not found|not exist|pull policy|simultaneously|stream_options|call id|pulled"
        ),
    ),
    rule(
        "concept.messages",
        C.INVALID_MESSAGE_SEQUENCE,
        (
            r"\b(last|first|final|every|each|previous|next|preceding|system|assistant|user|tool)\b…(turn|message|"
            r"entry|item|"
            r"role|call|block)s?\b…(must (be|come|have|follow|precede)|has to|have to|needs? (to|a)\b|in a row|"
            r"come from|without a|is missing|unanswered|orphan|out of order)"
        ),
        r"two (user|assistant|system) (turns|messages)",
        (
            r"(tool|function) (result|call|output|message|response)s?\b…(unknown|refers|no matching|unmatched|"
            r"not match|orphan)"
        ),
        r"(history|conversation|messages|turns)\b…(alternate|order|(begin|start|end) with)",
        r"(消息|对话|工具|tool)…(不匹配|顺序|交替|缺少|对应|连续|最前|开头|首位)",
        hint=True,
        unless=r"max_?tokens|too (long|large|many)|parameter|schema|key",
    ),
    rule(
        "concept.content",
        C.CONTENT_FILTER,
        (
            r"\b(prompt|content|image|output|response|answer|request|input|text)\b…(withheld|unsafe|our rules|harmful|"
            r"inappropriate|not appropriate|offensive|violates|disallowed content|safety|acceptable use)"
        ),
        r"(classifier|moderator|moderation|safety filter)…(flag|mark|reject|block|refus)",
        r"\b(hateful|self-harm|sexual|violent|violence|extremis\w*|weapons?|csam)\b",
        r"(敏感|违规|违法|不合规|不当|拦截|审核|安全检查|安全策略)",
        hint=True,
        unless=r"thread|unsafe_legacy",
    ),
    rule(
        "concept.model",
        C.MODEL_NOT_FOUND,
        (
            r"\b(model|deployment)\b…(isn't|is not|not|no longer|never|don't|does not|doesn't)( \w+){0,2} (enabled|"
            r"available|"
            r"served?|offered|offer|known|know|exist|hosted|deployed|here|recogni[sz]ed|listed|accessible)"
        ),
        (
            r"\b(no|unknown|unrecogni[sz]ed|invalid|wrong|bad|such) (\w+ )?(model|deployment)( name| id| (under|by|"
            r"with|called)|\b)"
        ),
        r"(retired|deprecated|removed|withdrawn|sunset)…model",
        r"(reached|past|after|hit)( the| its)? end[- ]of[- ]life",
        r"\bwas sunset\b|choose a successor|(pick|choose|use|try) another model",
        r"\b(model|engine|deployment)\b…(isn't|not) one of",
        r"(没有|不存在|找不到)(这个|该|此)模型",
        r"not (on|in|among) (our|the|this)( \w+)? (list of )?models",
        r"模型…(有误|错误|不对|不正确|无效|下线|停用|不存在|未找到|不在)",
        hint=True,
        unless=(
            r"permission|subscription|plan|region|country|overloaded|capacity|busy|parameter|tokens|geographic|tier|"
            r"administrator|not accessible via"
        ),
    ),
    rule(
        "concept.address",
        C.ENDPOINT_NOT_FOUND,
        (
            r"\b(method|url|path|route|uri|web ?page|address)\b…(not (supported|allowed|found|exist|known)|"
            r"does(n't| not) exist|unknown|wrong)"
        ),
        r"\b(unrecogni[sz]ed|unknown|wrong|no such|invalid) (\w+ )?(url|path|route|uri|endpoint|address)",
        r"nothing (is )?(served|here|found|exists)( \w+)? at",
        r"(请求|接口)?(地址|路径|网址|接口)…(不存在|错误|有误|无效|未找到)",
        hint=True,
        unless=r"file|model|image|channel",
    ),
)
