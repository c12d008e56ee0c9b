"""What is wrong with the messages of a request: their order, their pairs, their emptiness."""

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_investigator.classify.rule import rule

MESSAGES = (
    rule(
        "messages.tool_calls",
        C.INVALID_MESSAGE_SEQUENCE,
        r"tool_calls?'? must be followed by",
        r"must be a response to a prec?eeding message",
        (
            r"(tool_use|tool_result|tooluse|toolresult)'?…(block|id|without|found|immediately|corresponding|"
            r"exceeds|previous|next|must|not)"
        ),
        r"did not have response messages",
        r"no tool (call|output) found",
        (
            r"tool[_ ]call[_ ]?id…(not found|is not found|duplicate|is duplicated|missing|mismatch|invalid|"
            r"unknown|does not|must|required)"
        ),
        r"call id…(is )?duplicated",
        (
            r"(tool|function)( result)?'?s? (message|result|response|call|output)s?…(must|without|missing|"
            r"before|after|does not match|unmatched|orphan|not correspond|no matching|not found|mismatch|"
            r"preced|follow|equal|same number)"
        ),
        r"function call turn",
        r"function response (parts|turn)",
        r"number of (function response|toolresult|tool_result|tool results)",
        r"tool id\(?.{0,60}\)? not found",
        r"function call output",
        r"tool messages? (must|after|need|found|responding)",
        r"'?tool'? role",
        r"role '?tool'?…(must|without|follow|preced)",
        r"(missing|without|unexpected) (a )?(tool|function)[_ ](result|response|call|output|message)",
        r"not the same number of function calls and responses",
        r"unexpected tool call id",
        r"tool result's tool",
        r"each tool_use must have",
        r"tool call…(unanswered|no response|without response|not answered|incomplete)",
        r"assistant message with '?tool_calls",
        r"function\.arguments' parameter",
        r"invalid function arguments json",
        r"did not find \d+ tool_result",
        r"toolconfig field must be defined when using tooluse",
        unless=r"tool choice|tool_choice|schema|not supported|doesn't support|parser|timed? ?out",
    ),
    rule(
        "messages.reasoning",
        C.INVALID_MESSAGE_SEQUENCE,
        r"reasoning_content…(is )?(missing|required|must|not)",
        r"missing…reasoning_content",
        r"(must|should) (be passed back|start with a thinking|end with|contain…thinking)…",
        r"reasoning_content…must be passed",
        r"expected 'thinking' or 'redacted_thinking'",
        r"(invalid|missing) 'signature'",
        r"signature…thinking",
        r"thought_?signature",
        r"thinking…blocks?…(cannot be modified|must remain|latest assistant|must be|invalid|missing|preserved)",
        r"provided without its required (following|preceding)",
        r"reasoning' (item )?…(without|required)",
        r"item 'rs_",
        r"item with id…not found",
        r"expected an id that begins with",
        r"encrypted_content",
        r"previous response with id",
        r"previous_response_not_found",
        r"encrypted content…(could not|invalid|not be)",
        r"duplicate item found",
    ),
    rule(
        "messages.order",
        C.INVALID_MESSAGE_SEQUENCE,
        r"roles? must alternate",
        r"(multiple|consecutive|successive|two) '?(user|assistant|system|same|messages)",
        (
            r"(first|last|final|initial) (non-system )?(message|turn|role|content|item|assistant)…(must|"
            r"should|cannot|has to|may not|is not|needs)"
        ),
        r"must (start|begin|end) with (a |an )?'?(user|assistant|system|tool)",
        r"(starts?|begins?|ends?) with (a |an )?'?(user|assistant) (message|turn)",
        r"conversation (must|roles|should)",
        r"expected last role",
        r"(unexpected|invalid|incorrect|unknown|unsupported) role",
        r"role…(must be|should be|not allowed|is not valid|order|after role|only)",
        r"'?system'? (message|role|turn|prompt)s?…(must|only|first|beginning|position|cannot)",
        r"invalid_request_message_order",
        r"invalid message (order|sequence|format|role)",
        r"messages? (order|sequence|history)…(invalid|wrong|incorrect|error)",
        r"(messages?|turns?|roles?)…(in the )?(wrong|incorrect|invalid) order",
        r"message prefill",
        r"assistant message prefill",
        r"(user|assistant) (message|role|turn)s? (is |are )?(must|should|cannot|expected|not allowed)",
        r"ensure that (the )?(conversation|multiturn|function|messages)",
        r"multiturn requests",
        r"use a valid role",
        r"valid role: ",
        r"do not contain elements with the role",
        r"no user (message|query|role)",
        r"invalid message role",
        unless=(
            r"tool_choice|response_format|max_tokens|doesn't support|does not support system|"
            r"not supported with|is not enabled"
        ),
    ),
    rule(
        "messages.empty",
        C.INVALID_MESSAGE_SEQUENCE,
        r"(must|should) (have|be|contain|include) non-?empty",
        r"content…(must|should|cannot|can't|may|can|is)( not)?( be)? (empty|blank|null|none|non-empty)",
        (
            r"(content|text)( content)?( blocks?)?( field)?s? (must be non-empty|cannot be (empty|null)|"
            r"is (blank|empty|required))"
        ),
        r"expected a string, (but )?got null",
        r"text field in the contentblock",
        r"message…(must not|cannot|can't|should not|may not) be (empty|null|blank)",
        r"(all )?elements in history must",
        r"at least one (parts field|message|non-system|user message|contents?)",
        r"trailing whitespace",
        r"empty (message|content|assistant|user)\b",
        r"text content is empty",
        r"(message|content)s? (is|are|were|was) (empty|missing|blank|null)",
        r"messages?…must (have|contain|not be empty)",
        r"contents (is|are) (not specified|required)",
        r"null…content",
        r"content is (required|mandatory)",
        r"must include at least one parts",
        r"with role '?assistant'? must not be empty",
        r"content field is (a )?required",
        r"missing field 'content'",
        r"invalid value for 'content'",
        unless=r"schema|function name|tools\[|contain the word|response body|'input' cannot|batch|input cannot",
    ),
    rule(
        "messages.chinese",
        C.INVALID_MESSAGE_SEQUENCE,
        r"(tool|工具)[^,。]{0,20}(消息|结果|调用)[^,。]{0,20}(必须|之前|之后|对应|缺少|顺序)",
        r"(最后|第)一条消息",
        r"(消息|messages|角色|role)[^,。]{0,20}(顺序|交替|不能为空|首条|最后一条|第一条)",
        unless=r"请检查文档",
    ),
)
