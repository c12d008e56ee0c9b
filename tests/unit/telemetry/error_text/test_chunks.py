"""Numbers, ids and names may be shown; what is put together of nothing known may not."""

import pytest

from sealane_telemetry.error_text.chunks import (
    Chunk,
    chunk_of,
    is_host,
    is_id,
    is_known_name,
    is_label,
    is_model,
    is_name,
    is_opaque,
    is_somebodys,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("quota", Chunk.WORD),
        ("Quota", Chunk.WORD),
        ("grandmother", Chunk.UNKNOWN),
        ("1526210", Chunk.NUMBER),
        ("7m37s", Chunk.NUMBER),
        ("16571.89", Chunk.NUMBER),
        ("2026-08-27", Chunk.NUMBER),
        ("13812345678", Chunk.UNKNOWN),
        ("+491701234567", Chunk.UNKNOWN),
        ("max_completion_tokens", Chunk.NAME),
        ("APIConnectionError", Chunk.NAME),
        ("PurpleElephantPlan", Chunk.UNKNOWN),
        ("call_D94Hwo306GyTULr9smH98wis", Chunk.NAME),
        ("321da3d1-2435-4987-bdd9-cc69dd3617ba", Chunk.NAME),
        ("20269958486923c784cfdec66c16fd", Chunk.NAME),
        ("moonshotai/kimi-k2-instruct", Chunk.NAME),
        ("api.openai.com", Chunk.NAME),
        ("3f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c", Chunk.UNKNOWN),
        ("aGVsbG8gd29ybGQgdGhpcyBpcw", Chunk.UNKNOWN),
        ("Привет", Chunk.UNKNOWN),
    ],
)
def test_a_chunk_is_what_it_is_made_of(text: str, expected: Chunk) -> None:
    """In doubt a chunk is unknown."""
    assert chunk_of(text) is expected


def test_a_name_has_no_blanks() -> None:
    """Words between quotes are no name, however well known each of them is."""
    assert is_name("max_tokens")
    assert not is_name("max tokens")
    assert not is_name("")
    assert not is_name("a" * 101)


def test_short_parts_do_not_make_a_name() -> None:
    """Random letters and digits in small pieces are still random."""
    assert is_known_name("v1_model")
    assert not is_known_name("AIzaSyA12345")
    assert not is_known_name("12_34")


def test_a_model_is_no_hiding_place() -> None:
    """A long run beside a model's name is none of the name."""
    assert is_model("anthropic.claude-3-5-sonnet-20241022-v2")
    assert not is_model("gpt-QWERTYUIOPASDFGHJKLZXCVBNM123456")


def test_a_label_is_known_by_its_form() -> None:
    """Codes and types stay, whoever made them up; sentences and keys are none."""
    assert is_label("insufficient_quota")
    assert is_label("messages.[14].role")
    assert not is_label("my secret prompt")
    assert not is_label("Q" * 40)
    assert not is_label("13812345678")


def test_an_id_may_be_longer_than_a_label() -> None:
    """Requests are named by long runs of letters and digits, keys by longer ones."""
    assert is_id("20269958486923c784cfdec66c16fd")
    assert not is_label("20269958486923c784cfdec66c16fd")
    assert not is_id("Q" * 40)


@pytest.mark.parametrize(
    "number", ["13812345678", "378282246310005", "110105199003078812", "5500-0000-0000-0004", "555.867.5309"]
)
def test_numbers_of_people_are_not_shown(number: str) -> None:
    """Phones, cards, accounts and identities, also behind a name; times and counts are shown."""
    assert is_somebodys(number)
    assert chunk_of(number) is Chunk.UNKNOWN
    assert chunk_of(f"input_value={number}") is Chunk.UNKNOWN


@pytest.mark.parametrize("number", ["1795990666", "1795990666123", "131072", "2026-11-29", "98.5%"])
def test_times_and_counts_are_shown(number: str) -> None:
    """They tell the limit and when it ends."""
    assert chunk_of(number) is Chunk.NUMBER


def test_a_sentence_with_its_blanks_replaced_is_no_label() -> None:
    """However many parts a known code has, it is one."""
    assert not is_label("Write_a_resignation_letter_to_my_boss")
    assert is_label("unsupported_country_region_territory_error")
    assert is_label("prod-eastus2-chat")


def test_a_host_that_looks_like_a_key_is_none() -> None:
    """A key that was pasted into an address."""
    assert is_host("api.moonshot.ai")
    assert not is_host("apiXq7Lm2Zp9Wk4Vb8Nt3Rc6Yd1Fs5.moonshot.ai")
    assert is_opaque("Xq7Lm2Zp9Wk4Vb8Nt3Rc6Yd1Fs5")
    assert not is_opaque("<key:opaque:24:abcdef>")
