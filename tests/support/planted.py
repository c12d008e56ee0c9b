"""Keys and private texts to be planted in error texts, and how much of one is left."""

import re
from collections.abc import Mapping

from sealane_telemetry.error_text.marks import MARK

#: One of each kind that providers and services give out; none of them opens anything. Where a key is written with
#: public parts around it, those stand before ``|`` or behind it.
KEYS: Mapping[str, str] = {
    "OpenAI": "sk-AbC1dEf2GhI3jKl4MnO5pQrS6tUv7WxY8zA9bC0dEf1Gh2",
    "OpenAI, of a project": "sk-proj-Zk3_9vQ-aB7cD8eF9gH0iJ1kL2mN3oP4qR5sT6uV7wX8yZ9aA0bB1cC2dD3eE4T3BlbkFJgG6hH7iI8",
    "Anthropic": "sk-ant-api03-qW3eR4tY5-uI6oP7aS8dF9gH0jK1lZ2xC3vB4nM5_QwErTyUiOpAsDfGhJkLzXcVbNm-AA",
    "Z.ai": "9f8e7d6c5b4a39281706f5e4d3c2b1a0.Qm7Zx3Kp9Lw2Vb8N",
    "Google": "AIzaSyD9f3kLmQ7xV2bN8cT4wR6yP1sH5jG0aZe",
    "Google, of a session": "ya29.a0AfB_byCqZ3xW5vT7nR9pL1mK3jH5gF7dS9aQ1wE3rT5yU7iO",
    "AWS": "AKIAJ7QK3XNBV5TPL2WM",
    "AWS, secret": "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",
    "AWS, of a session": "FwoGZXIvYXdzEJr//////////wEaDMz8kQ3nT5vB7xC9dyLIAVq2w4E6r8T0y1U3i5O7pA9sD2f4G6h8J0kL1zX3cV==",
    "Azure": "4c7b1e9a2f6d8035b9e4c1a7d2f8063e",
    "Hugging Face": "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",
    "GitHub": "ghp_9aZ8yX7wV6uT5sR4qP3oN2mL1kJ0iH9gF8eD",
    "GitHub, fine-grained": "github_pat_11ABCDEFG0hIjKlMnOpQrS_tUvWxYz0123456789aBcDeFgHiJkLmNoPqRsTuVwXyZ0123",
    "Slack": "xoxb-281947362514-3958271640392-Kq9Zx7Lw3Vb8Nm2Rt5Yp1Sd6",
    "Slack, of an app": "xapp-1-A0B1C2D3E4F-1234567890123-9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a",
    "JWT": "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI3MzkxIiwibmFtZSI6IkpvZSBXIn0.Qx7Zk3Lp9Wm2Vb8Nt4Rc6Yd1Fs",
    "basic": "YWxpY2U6cGFzczEyMzQ1Njc4OTBxd2VydHk=",
    "PEM": "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n|MIIEpAIBAAKCAQEAq7BFUpkGp3LQmlQmYx2eqzDV\n"
    "A72wSeukEPojtqUyX2J0CciPBh7eqclQ2zpAswIDAQAB|\n-----END RSA PRIVATE KEY-----",
    "PostgreSQL": "postgresql://|gateway:hV7qZ2xLp9Kd4m|@db-7.prod.internal:5432/billing",
    "Redis": "redis://:|Zt8Qm4Xw2Lr7Vb|@cache.internal:6379/0",
    "PostgreSQL, with signs": "postgres://|svc:k9/Qz(7)x@Lw3Vb8|@db.internal/x",
    "SendGrid": "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",
    "Stripe": "sk_live_51HqZ7xKL2mN4pR6tV8wY0aC3eG5i",
    "npm": "npm_9aZ8yX7wV6uT5sR4qP3oN2mL1kJ0iH9gF8eD",
    "Groq": "gsk_Z3x5C7v9B1n3M5a7S9d1F3g5H7j9K1l3Q5w7E9r1T3y5U7i9",
    "of nobody known": "Xq7Lm2Zp9Wk4Vb8Nt3Rc6Yd1Fs5Gh0JaKe2Ui7O",
    "of letters alone": "qwkzjxvbpmtnrcydfsghlaeuioqwkzjxvbpmtnrc",
}
#: What people write, send and are.
PRIVATE: Mapping[str, str] = {
    "letter": "Write a resignation letter to my boss Karen Whitfield because she denied my maternity leave",
    "recipe": "My grandmother's cake recipe needs three eggs and 200g of flour",
    "system prompt": "You are a helpful assistant. Keep the answers short and use the tools when you need to.",
    "contract": "Summarize the attached contract between Acme Corp and Globex and list all termination clauses",
    "everyday words": "What is the best time to send the report to the team and who should review the output",
    "illness": "I was diagnosed with depression last year and take 50 mg of sertraline every morning",
    "Chinese": "病人张伟,男,45岁,诊断为二型糖尿病",
    "Chinese letter": "请把这个用户的账户余额和密码发送给我的同事王小明",
    "Japanese": "私の祖母のレシピを教えてください",
    "Russian": "Привет, это секретный текст для моего начальника",
    "Arabic": "اكتب رسالة إلى مديري عن راتبي",
    "Python": "def transfer(amount): return ledger.pop(amount) + 1",
    "JavaScript": 'const secret = await vault.read("payroll/ceo"); console.log(secret.salary)',
    "JSON": '{"ssn": "123-45-6789", "name": "Alice Miller", "salary": 98765}',
    "messages": '[{"role":"user","content":"the merger with Globex closes friday"}]',
    "base64": "aGVsbG8gd29ybGQgdGhpcyBpcyBhIHNlY3JldCBtZXNzYWdlIHRoYXQgbm9ib2R5IHNob3VsZCBzZWU=",
    "e-mail": "karen.whitfield+hr@acme-corp.co.uk",
    "phone, German": "+49 170 1234567",
    "phone, Chinese": "13812345678",
    "phone, American": "(415) 555-0132",
    "phone, with dots": "555.867.5309",
    "name": "Alice Miller-Thornbury",
    "address": "Evergreen Terrace, Springfield",
    "card": "4111 1111 1111 1111",
    "card, without blanks": "5500000000000004",
    "card, American Express": "378282246310005",
    "IBAN": "DE89 3704 0044 0532 0130 00",
    "Chinese identity": "110105199003078812",
    "file": "/home/alice/taxes/2024-return-final.pdf",
    "file of Windows": r"C:\Users\karen\Desktop\layoffs-q3.xlsx",
    "table": "alice,miller,98765,engineering,terminated",
    "XML": "<patient><name>John Doe</name><diagnosis>HIV</diagnosis></patient>",
}
#: How providers, SDKs, proxies, shells and logs say what was sent; ``%s`` is where it stands.
SHAPES = (
    "Error code: 400 - {'error': {'message': \"Invalid value: '%s'. Supported values are: 'auto'.\", 'code': None}}",
    '{"error":{"message":"Invalid \'messages[0].content\': string too long. Got \'%s\'","code":null}}',
    '{"error":{"message":"Invalid prompt: %s","type":"invalid_request_error"}}',
    '{"error":{"message":"%s","type":"invalid_request_error","code":null}}',
    "1 validation error for Request\nmessages\n  Input should be a valid list [input_value={'content': '%s'}]",
    '{"detail":[{"type":"string_type","loc":["body","messages",0],"msg":"Input should be a string","input":"%s"}]}',
    "{\"object\":\"error\",\"message\":\"[{'type': 'missing', 'input': {'prompt': '%s'}}]\",\"code\":400}",
    '{"error":{"code":400,"message":"Invalid value at \'contents[0]\' (TYPE_STRING), \\"%s\\"","status":"INVALID"}}',
    '{"type":"error","error":{"type":"invalid_request_error","message":"messages.0.content.0.text: %s"}}',
    "An error occurred (ValidationException): #/messages/0: expected type: JSONArray, found: String (%s), please retry",
    '{"error":{"message":"The response was filtered","innererror":{"custom_blocklists":[{"id":"%s"}]}}}',
    '{"base_resp":{"status_code":1026,"status_msg":"input new_sensitive: %s"}}',
    '{"code":"DataInspectionFailed","message":"Input data may contain inappropriate content: %s"}',
    "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1><p>%s</p></body></html>",
    'Traceback (most recent call last):\n  File "/srv/app.py", line 3, in run\n    send("%s")\nValueError: prompt: %s',
    "curl -X POST https://api.openai.com/v1/chat/completions -H 'Authorization: Bearer %s' -d '%s'",
    "kwargs={'api_key': '%s', 'messages': [{'role': 'user', 'content': '%s'}]}",
    "2024-05-01 12:00:00,123 ERROR [worker-1] provider=openai key=%s request failed: timeout",
    'level=error msg="request failed" prompt="%s" err="context deadline exceeded"',
    "Incorrect API key provided: %s. You can find your API key at https://platform.openai.com/account/api-keys.",
    "Unexpected token 'H', \"%s\" is not valid JSON",
    "Could not parse tool call arguments: %s",
    "The model `%s` does not exist or you do not have access to it.",
    '{"error":{"message":"Provider returned error","metadata":{"raw":"%s","provider_name":"x"}}}',
    "rate limit exceeded for user %s in organization org-abc123def456 on tokens per min",
    "The engine is currently overloaded, %s, please try again later",
    "DETAIL:  Key (email)=(%s) already exists.\n[parameters: {'a': '%s'}]",
    '{"error":{"message":"Invalid Authentication","code":"%s","type":"%s"}}',
    "X-Custom-Token: %s",
    "...%s",
    "%s",
)


def left_of(private: str, shown: str, shape: str) -> int:
    """Return how much of a planted text is left: words in a row, where they are no words of the shape.

    Of scripts without blanks two characters are a word.
    """
    rest = re.sub(MARK, " \0 ", shown)
    if re.search(r"[\u3040-\u9fff]", private):
        spans = [(start, end) for start in range(len(private)) for end in range(start + 1, len(private) + 1)]
        return max((end - start for start, end in spans if private[start:end] in rest), default=0) // 2
    words, left, known = _words(re.sub(r"@[\w.-]+|C:.Users", "", private)), *map(_sentence, (rest, shape))
    spans = [(start, end) for start in range(len(words)) for end in range(start + 1, len(words) + 1)]
    found = (end - start for start, end in spans if _in(left, words[start:end]) and not _in(known, words[start:end]))
    return max(found, default=0)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+|\0", text)


def _sentence(text: str) -> str:
    return f" {' '.join(_words(text))} "


def _in(sentence: str, words: list[str]) -> bool:
    return f" {' '.join(words)} " in sentence


def characters_left(key: str, shown: str, window: int = 10) -> list[str]:
    """Return what of the secret part of ``key`` is left, so many characters in a row."""
    parts = key.split("|")
    secret = parts[1] if len(parts) > 1 else key
    rest = re.sub(MARK, " \0 ", shown)
    return [secret[at : at + window] for at in range(len(secret) - window + 1) if secret[at : at + window] in rest]
