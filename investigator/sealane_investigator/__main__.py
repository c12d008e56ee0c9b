"""The command ``sealane-investigator``: says that this release has none, and what to use instead."""

import sys

ABSENT = (
    "sealane-investigator: this release has no investigator yet; "
    "read the router's log (one JSON line per exchange), its /metrics and 'sealane explain' instead.\n"
)


def main() -> int:
    """Print one sentence to stderr and return 2, so that nobody takes this for a running service."""
    sys.stderr.write(ABSENT)
    return 2


if __name__ == "__main__":
    sys.exit(main())
