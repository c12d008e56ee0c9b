"""Files are as long as one noun needs."""

from tests.architecture.house import ROOT, files_of_tests, shown, sources

#: Above this a file holds two nouns: split it by noun, not by size.
LONGEST = 350


def test_no_file_is_longer_than_one_noun_needs() -> None:
    """No Python file has more than 350 lines."""
    files = [*sources(), *files_of_tests(), *sorted((ROOT / "bench").rglob("*.py"))]
    lengths = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files}

    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}
