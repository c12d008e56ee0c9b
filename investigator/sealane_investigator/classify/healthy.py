"""Answers that are no errors: completions, chunks, lists of models, log lines of a 200."""

import re

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_investigator.classify.wording import Wording

_LONGEST = 65_536
_SPACES = re.compile(r"\s+")
_ERROR = re.compile(r"""["']error["']:(?!null|None|false|""|''|\{\})|event:error|["']type["']:["']error["']""")
_ANSWERS = (
    '"object":"chat.completion', '"object":"text_completion', '"object":"list"', '"object":"response"',
    '"object":"embedding', '"object":"model"', '"type":"message_start"', '"type":"content_block', '"type":"message"',
    '"type":"message_delta"', '"type":"message_stop"', '"candidates":[', '"choices":[', '"type":"response.',
    '"object":"realtime', '"data":[{"id":', '"base_resp":{"status_code":0',
    '"status_msg":"success"', '"models":[', "data:[done]", '"stopreason":"',
    '"output":{"message"', '"output":{"text"', '"output":{"choices"', '"generation":"', '"embeddings":[',
    '"embedding":[',
    '"done":true', '"done":false', '"type":"ping"', '"object":"file"', '"deleted":true', '"usage":{', '"status":"ok"',
    '"usagemetadata":', '"status":"healthy"', '"result":{"response"',
)  # fmt: skip
_FILTERED = re.compile(
    r'"(?:finish_?reason|stop_reason|block_?reason)":"(?:content_filter|sensitive|safety|prohibited_content|recitation|'
    r'blocklist|spii|refusal|image_safety|other)"'
)
_FAILED = re.compile(r'"finish_?reason":"(?:network_error|error|malformed_function_call)"|"status":"failed"')
#: A chunk that is cut inside a string and glued to a chunk of another generation.
_GLUED = re.compile(r'"[a-z_.]{0,40}data:\{"(?:id|object|choices)"')
_LOG_LINE = re.compile(
    r"http/\d(?:\.\d)?['\"]? (?:200|201|202|204|304)\b"
    r"|\b(?:status|code|http)(?:_?code)?['\"]?[ =:]{1,3}(?:200|201|202|204)\b"
    r"|\| (?:200|201|204) \|"
    r"|\b(?:post|get) https?://\S{3,300} (?:200|201|204)\b"
    r"|^\W{0,3}(?:200|201|204)(?: \(?(?:ok|created|no content)\)?)?\W{0,3}$|\b200 ok\b"
)
_TROUBLE = re.compile(
    r"error|fail|exception|denied|refused|invalid|unable|timed? ?out|\b[45]\d\d\b|too many|exceed"
    r"|错误|失败|异常|超时|限"
)
#: What stands before an answer that an error quotes.
_QUOTING = re.compile(r"got more than|\btoo (?:big|large|long)\b|\b(?:limit|buffer|length) exceeded")
_WELL = re.compile(
    r"^(?:ok|success(?:ful(?:ly)?)?|healthy|ready|pong|done|true|alive|\{\}|\[\])\W{0,2}$|"
    r"application startup complete|server (?:started|listening|is running)|uvicorn running|started server|"
    r"(?:request|completion|response|stream) (?:completed|finished|succeeded)(?: successfully| in \d|\.|$)|"
    r"health ?check (?:passed|ok|succeeded)|completed successfully|successfully (?:pulled|assigned|connected|created|"
    r"completed|started|scheduled)|^normal |created container|started container|pulled image|成功$"
)


def healthy(wording: Wording) -> tuple[str, ErrorClass] | None:
    """Return a name and a class when the text is an answer rather than an error; None otherwise."""
    text = _SPACES.sub("", wording.peeled.text[:_LONGEST]).lower().replace("'", '"')
    quoted = _QUOTING.search(wording.text.partition("{")[0])
    if "{" in text and not quoted and not _ERROR.search(text) and any(mark in text for mark in _ANSWERS):
        return _of_answer(text)
    if wording.status is not None and wording.status >= 400:
        return None
    if _TROUBLE.search(wording.text):
        return None
    if _LOG_LINE.search(wording.text) or _WELL.search(wording.text) or text == "data:[done]":
        return "answer.well", ErrorClass.NONE
    return None


def _of_answer(text: str) -> tuple[str, ErrorClass] | None:
    if _GLUED.search(text):
        return "answer.glued", ErrorClass.STREAM_TRUNCATED
    if _FILTERED.search(text):
        return "answer.filtered", ErrorClass.CONTENT_FILTER
    if _FAILED.search(text):
        return "answer.failed", ErrorClass.UPSTREAM_5XX
    if '"base_resp"' in text and '"status_code":0' not in text:
        return None
    if '"usage":{' in text or '"choices":[' in text or '"content":' in text or '"object":' in text or len(text) < 4_000:
        return "answer.well", ErrorClass.NONE
    return None
