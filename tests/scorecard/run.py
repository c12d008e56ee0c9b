"""``make scorecard``: every row against the real router and the real stubs, one line each; 1 when a row failed.

``make scorecard ARGS="401 stall"`` runs the rows whose name has one of these words; ``ARGS=--write`` brings the tables
of ``docs/faults.md`` up to date instead.
"""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.scorecard.row import Row

_ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    """Run the rows, print, and return the exit code."""
    sys.path[0] = str(_ROOT)  # Python put this file's own folder there, and from there nothing finds ``tests``
    from sealane_telemetry import logs
    from tests.scorecard import page, table

    if arguments == ["--write"]:
        page.write(table.SECTIONS)
        return 0
    logs.configure("error")
    begun = time.monotonic()
    chosen = [row for row in table.ROWS if not arguments or any(word in row.name for word in arguments)]
    width = max((len(row.name) for row in chosen), default=0)
    passed = sum([_passes(row, width) for row in chosen])
    _say(f"\n{passed} passed, {len(chosen) - passed} failed ({time.monotonic() - begun:.0f} s)")
    return 0 if chosen and passed == len(chosen) else 1


def _passes(row: "Row", width: int) -> bool:
    """Run one row and print its line, with what was wrong below it."""
    import uvloop

    from tests.scorecard.verdict import judged

    verdicts = [(case.name, uvloop.run(judged(case))) for case in row.cases]
    wrong = [f"      {name}: {complaint}" for name, verdict in verdicts for complaint in verdict.complaints]
    seen = "  |  ".join(verdict.seen for _, verdict in verdicts)
    _say(f"{'FAIL' if wrong else 'PASS'}  {row.name:{width}}  {seen}", *wrong)
    return not wrong


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
