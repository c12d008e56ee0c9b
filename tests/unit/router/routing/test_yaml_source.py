"""Documents are read with their lines, and whatever is wrong with the YAML has one too."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sealane_api.problems import Location, ProblemLog
from sealane_router.routing.yaml_source import MAX_DEPTH, MAX_NODES, YamlDocument, read_documents

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=5)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def read(text: str | bytes) -> tuple[list[YamlDocument], list[str]]:
    """The documents of a text, and its problems."""
    log = ProblemLog()
    documents = list(read_documents(text if isinstance(text, bytes) else text.encode(), "a.yaml", log))
    return documents, [str(problem) for problem in log.problems]


def values_of(text: str) -> list[object]:
    """The values of the documents of a text without problems."""
    documents, problems = read(text)
    assert problems == []
    return [document.root.value for document in documents]


def test_documents_are_numbered_and_empty_ones_skipped() -> None:
    """A number counts empty documents, so that people can count separators."""
    documents, problems = read("# only a comment\n---\na: 1\n---\n---\n~\n---\nb\n")
    assert [(document.number, document.root.value) for document in documents] == [(1, {"a": 1}), (4, "b")]
    assert problems == []


@pytest.mark.parametrize("text", ["", "\n", "# comment\n", "---\n", "---\n...\n", "\ufeff"])
def test_an_empty_source_has_no_documents(text: str) -> None:
    """And no problems: whether that is one is for the caller to say."""
    assert read(text) == ([], [])


SAMPLE = """\
# comment
spec:
  providers:
  - name: moonshot
    baseURL: >-
      https://api.moonshot.ai/v1

  - {name: zai,
     tls: {}}
  -
    name: third
  tail:
    - 1
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 2),
        (("spec",), 2),
        (("spec", "providers"), 3),
        (("spec", "providers", 0), 4),
        (("spec", "providers", 0, "name"), 4),
        (("spec", "providers", 0, "baseURL"), 5),
        (("spec", "providers", 1), 8),
        (("spec", "providers", 1, "tls"), 9),
        (("spec", "providers", 2, "name"), 11),
        (("spec", "tail", 0), 13),
        (("spec", "rules"), 2),
        (("spec", "providers", 0, "credential", "secretRef"), 4),
        (("spec", "providers", 7), 3),
        (("spec", "tail", 0, "x"), 13),
        ((0,), 2),
    ],
)
def test_everything_has_the_line_of_its_key_and_what_is_missing_that_of_its_parent(
    path: tuple[str | int, ...], line: int
) -> None:
    """Items have the line of their first character."""
    [document], _ = read(SAMPLE)
    assert document.locate(path) == Location("a.yaml", 1, line)


def test_anchors_are_followed_and_keep_the_line_of_their_use() -> None:
    """What is inside them is where it is written."""
    [document], problems = read("a: &x\n  b: 1\nc: *x\n")
    assert problems == []
    assert document.root.value == {"a": {"b": 1}, "c": {"b": 1}}
    assert document.locate(("c",)).line == 3
    assert document.locate(("c", "b")).line == 2


def test_merge_keys_add_what_is_not_there() -> None:
    """From one mapping or several, the first one first."""
    bases = "a: &a {k: 1, l: 1}\nb: &b {l: 2, m: 2}\n"
    [first, second] = ({"k": 1, "l": 1}, {"l": 2, "m": 2})

    for merging, merged in (
        ("{<<: *a}", first),
        ("{<<: [*a, *b], k: 0}", {"k": 0, "l": 1, "m": 2}),
        ("{k: 0, <<: *b}", {"k": 0, **second}),
        ("{'<<': 1}", {"<<": 1}),
    ):
        assert values_of(f"{bases}c: {merging}\n") == [{"a": first, "b": second, "c": merged}]


def test_quotes_and_tags_make_texts() -> None:
    """As in any YAML."""
    assert values_of("['1', \"on\", !!str 2, ! 3, !!int 4, !!float 5.5, !!bool on, !!null ~, !!map {}, !!seq []]") == [
        ["1", "on", "2", "3", 4, 5.5, True, None, {}, []]
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3\n", "a.yaml:3: document 1: a: found the key a second time (first on line 1); remove one"),
        (
            "s:\n- {x: 1,\n   x: 2}\n",
            "a.yaml:3: document 1: s[0].x: found the key a second time (first on line 2); remove one",
        ),
        ("a: {on: 1}\n", "a.yaml:1: document 1: a: found true (boolean) as a key; put it in quotes"),
        ("1: 1\n", "a.yaml:1: document 1: found 1 (integer) as a key; put it in quotes"),
        ("~: 1\n", "a.yaml:1: document 1: found nothing (null) as a key; put it in quotes"),
        (
            "a: 1\n[b]: 1\n",
            "a.yaml:2: document 1: found a key that is not a plain text; write a name, then ': '",
        ),
        ("a: *x\n", "a.yaml:1: document 1: found the alias '*x'; write its anchor before it"),
        ("a: &x\n  b: *x\n", "a.yaml:2: document 1: found the alias '*x'; write its anchor before it"),
        ("a: &x 1\n---\nb: *x\n", "a.yaml:3: document 2: found the alias '*x'; write its anchor before it"),
        ("a:\n  b: !foo 1\n", "a.yaml:2: document 1: a.b: found the tag '!foo'; remove it"),
        ("a: !!binary aGk=\n", "a.yaml:1: document 1: a: found the tag '!!binary'; remove it"),
        ("a: !!int x\n", "a.yaml:1: document 1: a: found the tag '!!int'; remove it"),
        ("a: !!set {x}\n", "a.yaml:1: document 1: a: found the tag '!!set'; remove it"),
        (
            "a: !python/object:x [x]\n",
            "a.yaml:1: document 1: a: found the tag '!python/object:x'; remove it",
        ),
        ("a: {<<: 1}\n", "a.yaml:1: document 1: a: found << without a mapping; write << with the alias of a mapping"),
        ("a: {<<: [1]}\n", "a.yaml:1: document 1: a: found << without a mapping; write << with the alias of a mapping"),
        (
            "a:\n\tb: 1\n",
            (
                "a.yaml:2: document 1: found text that is not YAML (while scanning for the next token, found character "
                "that cannot start any token); indent with spaces, not with tabs"
            ),
        ),
        (
            "a: 1\n b: 2\n",
            (
                "a.yaml:2: document 1: found text that is not YAML (mapping values are not allowed in this context); "
                "correct this line or the one before it"
            ),
        ),
        (
            "a: [1\nb: 2\n",
            (
                "a.yaml:2: document 1: found text that is not YAML (while parsing a flow sequence, did not find "
                "expected ',' or ']'); correct this line or the one before it"
            ),
        ),
        (
            "a: 1\nb: \x07\n",
            "a.yaml:2: found a control character; write YAML without it, or escape it in double quotes",
        ),
        (b"a: 1\nb: \xff\n", "a.yaml:2: found a byte that is not UTF-8; save the file as UTF-8"),
        ("a: 1".encode("utf-16"), "a.yaml:1: found a byte that is not UTF-8; save the file as UTF-8"),
    ],
)
def test_what_is_wrong_with_the_yaml_is_said_with_its_line(text: str | bytes, problem: str) -> None:
    """And what to write instead."""
    assert read(text)[1] == [problem]


def test_documents_before_an_error_are_read() -> None:
    """So that their own problems are reported in the same run."""
    documents, problems = read("a: 1\n---\nb: [\n")
    assert [document.root.value for document in documents] == [{"a": 1}]
    assert len(problems) == 1


def test_the_first_of_two_equal_keys_is_kept() -> None:
    """After it was reported."""
    [document], _ = read("a: 1\na: 2\n")
    assert document.root.value == {"a": 1}


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}"), ("- ", "")])
def test_nesting_is_bounded(opening: str, closing: str) -> None:
    """Before the parser or the stack suffers; the bound itself is read."""
    fits = MAX_DEPTH - 1
    assert read(opening * fits + "1" + closing * fits)[1] == []
    for levels in (MAX_DEPTH, 100_000):
        assert read(opening * levels + "1" + closing * levels)[1] == [
            "a.yaml:1: document 1: found more than 64 levels of nesting; write at most 64"
        ]


def test_an_alias_bomb_is_refused_without_expanding_it() -> None:
    """An alias counts as many values as it stands for."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 12)]
    documents, problems = read("\n".join(lines))

    assert documents == []
    assert problems == [f"a.yaml:6: document 1: found more than {MAX_NODES} values, aliases followed; split the file"]


@given(st.lists(values, max_size=3))
def test_what_is_written_as_yaml_reads_as_the_same(documents: list[object]) -> None:
    """By PyYAML's own writer, in quotes because to it a plain ``y`` is a text; documents that are null are skipped."""
    text = yaml.safe_dump_all(documents, allow_unicode=True, default_style='"')
    assert values_of(text) == [document for document in documents if document is not None]


@given(st.text(st.sampled_from("ab01:-[]{},&*!|>'\"%@#?~ \n\t\x00é"), max_size=40) | st.binary(max_size=20))
def test_any_text_is_read_without_an_error(text: str | bytes) -> None:
    """It has documents or problems, and every problem a line within it."""
    log = ProblemLog()
    data = text if isinstance(text, bytes) else text.encode()
    list(read_documents(data, "a.yaml", log))
    for problem in log.problems:
        assert problem.line is not None
        assert 1 <= problem.line <= len(data) + 1
