"""Answers that do not arrive whole, or are not what was asked for; and web sockets."""

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_investigator.classify.rule import rule

STREAMS = (
    rule(
        "websocket.ping",
        C.WS_KEEPALIVE_TIMEOUT,
        r"keepalive ping",
        r"(ping|pong|heartbeat)/?(pong)? (timed? ?-?out|timeout|not received|unanswered)",
        r"no pong (was )?received",
        r"ping timeout",
        r"1011…(ping|keepalive|timeout)",
        r"close(d)? (code |with )?1011",
        r"(ping|pong|heartbeat)…(timed? ?-?out|timeout|not answered|unanswered|missed)",
        r"\(1011\)",
        r"code=1011",
        r"sent 1011",
        r"received 1011",
        r"心跳超时",
        r"keep-?alive timeout…websocket",
        unless=r"mysql|idle connection",
    ),
    rule(
        "stream.line",
        C.STREAM_LINE_TOO_LONG,
        r"chunk too big",
        r"got more than \d+ bytes",
        r"linetoolong",
        r"line too long",
        r"limitoverrun",
        r"separator is (not )?found",
        r"chunk (is longer than|exceed)",
        r"token too long",
        r"\bline…(exceeds?|longer than|too long|over)…(maximum|limit|buffer|bytes|\d+)",
        r"(buffer|read) limit (exceeded|reached)",
        r"buffer size…(exceeded|overflow)",
        r"maximum (line|buffer|chunk) (length|size)",
        r"exceeds? (the )?(maximum )?(buffer|line) (size|length)",
        r"chunk…too (big|large|long)",
        unless=r"prompt|header or cookie|chunk…token",
    ),
    rule(
        "stream.cut",
        C.STREAM_TRUNCATED,
        r"incomplete chunked read",
        r"without sending complete message",
        r"payload is not completed",
        r"incompleteread",
        r"not enough data (for|to)",
        r"response ended prematurely",
        r"invalidchunklength",
        r"transfer closed with",
        r"not closed cleanly",
        r"premature close",
        r"premature end",
        r"ended prematurely",
        r"unexpected eof",
        r"stream error: stream id",
        (
            r"(stream|response|sse|generation|output|event stream)( \w+){0,4} (ended|closed|terminated|"
            r"stopped|disconnected|interrupted|finished|cut|dropped|aborted|truncated|broke|broken|incomplete|"
            r"died)( \w+){0,3} (before|without|prematurely|early|unexpectedly|abruptly|mid|halfway|"
            r"in the middle)"
        ),
        (
            r"stream (was |has been |is |got )?(interrupted|truncated|cut off|incomplete|broken|aborted|"
            r"disconnected|terminated|corrupted|closed unexpectedly)"
        ),
        (
            r"(before|without)( \w+)? (message_stop|\[done\]|finish_reason|response\.completed|"
            r"completion event|terminal event|final chunk|a finish|finish reason|stop reason|any finish)"
        ),
        r"(no|missing|never received) (finish_reason|\[done\]|message_stop|completion event|finish reason)",
        r"^(typeerror: )?terminated$",
        r"partial(ly)? (response|read|content|body|message) (received|only)?",
        r"chunkedencoding",
        r"clientpayloaderror",
        r"truncated (response|stream|body)",
        r"(response|body|stream) (was |is )?(cut short|truncated|incomplete)",
        r"before producing useful",
        r"err_(incomplete_chunked|content_length_mismatch|http2_protocol|quic)",
        r"internal_error; received",
        r"http/2 stream…(error|reset|closed)",
        r"stream…(rst_stream|reset|cancel)",
        r"mid-?stream (error|failure)",
        r"unexpected end of (stream|file|input stream|data)",
        r"error reading (a )?(response|body|chunk|stream)",
        r"network_error",
        r"流(式)?[^,。]{0,8}(中断|断开|截断|提前结束)",
        r"content-?length mismatch",
        r"bytes read, \d+ more expected",
        r"incomplete (message|body|response|json)",
        r"error in input stream",
        r"connection broken: (incomplete|invalidchunk)",
        r"stream read error",
        r"while streaming",
        unless=(
            r"connectionreseterror|client (has )?(closed|disconnected)|by (the )?user|end of json|"
            r"no healthy upstream|remotedisconnected|timed? ?out|json input|incomplete json.*parse|"
            r"before completion: (rate|you|too many|usage|quota|exceeded|selected|our servers)"
        ),
    ),
)

ANSWERS = (
    rule(
        "answer.not_json",
        C.UPSTREAM_NON_JSON,
        r"expecting value",
        r"unexpected token '?<?",
        r"is not valid json",
        r"^(reply|response|body|answer) was (blank|empty)",
        r"not (a )?valid json",
        r"unexpected mimetype",
        r"invalid character '?.{0,4}'? (looking for|after|in)",
        r"unexpected end of json",
        r"has no attribute '(choices|model_dump|content|usage|id|object|data)'",
        r"unable to get json",
        r"(?<!non-)empty (response|body|completion|answer|output|stream|content)( body| from| received)?",
        r"response (body |was |is |content )*(empty|blank)",
        r"jsondecode",
        r"json ?parse ?(error|exception)",
        r"(expected|expecting)…(application/json|json)…(got|but|received)?",
        r"got text/html",
        (
            r"(html|non-json|not json|malformed|invalid json|unparseable|plain text) (response|page|body|"
            r"content|document)"
        ),
        r"invalid (response|body)\b",
        r"<!doctype",
        r"error (decoding|parsing) (the )?(response|json)",
        (
            r"(failed|unable|could not|cannot|can't) (to )?(parse|decode|deserialize|unmarshal)…(response|"
            r"json|body|answer|reply|output|completion|upstream)"
        ),
        r"expected value at line",
        r"unexpected character",
        r"json (parsing|decode|decoding|parse) (failed|error)",
        r"(returned|received|got) (an? )?(html|empty|non-json|invalid json|no (content|data|body|choices))",
        r"no choices",
        r"choices'? is not set",
        r"choices (are|is) (missing|null|undefined)",
        r"invalid response object",
        r"extra data: line",
        r"expecting property name",
        r"unterminated string",
        r"expecting ',' delimiter",
        r"syntaxerror",
        r"invalid json",
        r"'nonetype' object is not (subscriptable|iterable)",
        r"bad_response_body",
        r"响应(为空|不是|解析|体)",
        r"空(响应|回复|内容)",
        r"json\.decoder",
        r"unmarshal",
        r"content type…(text/html|not json|unexpected)",
        r"unexpected content-?type",
        r"no (text )?content (was )?(returned|generated|in the response)",
        r"did not (return|produce|provide) (any )?(json|content|output|assistant messages)",
        r"null response",
        r"undefined \(reading 'choices'\)",
        r"cannot read propert…(choices|content|message)",
        unless=(
            r"from (the )?upstream server|deserialize the json body|json body of your request|your request|"
            r"invalid json payload|request body|json schema|'json' in some form|tool_calls?|"
            r"invalid response object from api: '?\{|extra (inputs|fields)|extra_forbidden|"
            r"function arguments|arguments"
        ),
    ),
)
