"""An error is named by its known wording, then its documented code, then its first words."""

import pytest

from sealane_investigator.fingerprint.naming import name_v1
from sealane_investigator.incident.peeled import Peeled


def _name(message: str, **stated: object) -> str:
    return name_v1(Peeled(text=message, message=message, **stated))[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("message", "code", "expected"),
    [
        ("Rate limit reached for requests", "1302", "zai.1302"),
        ("您当前使用该 API 的并发数过高", "1302", "zai.1302.concurrency"),
        ("something new", "1302", "zai.1302"),
        ("模型不存在,请检查模型代码", None, "zai.1211"),
        ("Unknown Model, please check the model code.", "1211", "zai.1211"),
        ("Connection refused", "1211", "zai.1211"),
    ],
)
def test_a_code_is_divided_by_wordings_of_its_own_only(message: str, code: str | None, expected: str) -> None:
    """A wording of the code's own sub-meaning holds; a stranger's does not take the code away."""
    assert _name(message, code=code, family="zai") == expected


def test_a_code_is_its_familys() -> None:
    """The same number means nothing at another provider."""
    assert _name("something new happened here today", code="1302", family="openai") != "zai.1302"


def test_few_words_need_the_family_and_many_do_not() -> None:
    """Long wordings tell by themselves whose they are."""
    long = "the selected deployment tier cannot be used together with streaming output"

    assert _name("seat limit reached", family="openai") != _name("seat limit reached", family="groq")
    assert _name(long, family="openai") == _name(long, family="groq")


@pytest.mark.parametrize(
    ("message", "stated", "expected"),
    [
        ("403 status code (no body)", {}, "http.403.no_body"),
        ("xyzzy", {"exceptions": ("a.PlughError",)}, "-|plugh error"),
        ("xyzzy", {"type": "frobnication_error"}, "-|frobnication error"),
        ("XYZZY 42", {}, "-|xyzzy"),
        ("42", {"status": 418}, "-|status 418"),
        ("<text:17:d9446d>", {"status": 418}, "-|status 418"),
        ("<text:17:abcdef>: XYZZY", {}, "-|xyzzy"),
        ("", {}, "-|status none"),
    ],
)
def test_an_error_without_words_has_a_name_all_the_same(message: str, stated: dict[str, object], expected: str) -> None:
    """Its exception's, its type's, its letters', its status's."""
    assert _name(message, **stated) == expected
