"""``docs/faults.md``: its tables are made from the rows, its prose is not."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.scorecard.row import Row

PAGE = Path(__file__).resolve().parents[2] / "docs" / "faults.md"

_BEGIN = "<!-- The tables are written by `make scorecard ARGS=--write`. -->"
_END = "<!-- End of the tables. -->"
_HEAD = (
    "| fault | attempts, as counted | breaker and credential | the client gets | with a fallback |",
    "| --- | --- | --- | --- | --- |",
)

Sections = Sequence[tuple[str, tuple[Row, ...]]]


def tables(sections: Sections) -> str:
    """One table for each section."""
    return "\n\n".join("\n".join((f"### {title}", "", *_HEAD, *_lines(rows))) for title, rows in sections)


def written() -> str:
    """The tables as they are on the page."""
    return PAGE.read_text(encoding="utf-8").partition(_BEGIN)[2].partition(_END)[0].strip()


def write(sections: Sections) -> None:
    """Put the tables on the page, in the place of those that are there."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(_BEGIN)
    after = rest.partition(_END)[2]
    PAGE.write_text(f"{before}{_BEGIN}\n\n{tables(sections)}\n\n{_END}{after}", encoding="utf-8")


def _lines(rows: Iterable[Row]) -> Iterable[str]:
    return (f"| {row.name} | {row.result} | {row.breaker} | {row.alone} | {row.fallback} |" for row in rows)
