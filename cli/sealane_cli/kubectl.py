"""The command ``kubectl sealane``: says that this release has no operator to ask, and what to use instead."""

import sys

ABSENT = (
    "kubectl-sealane: this release has no operator yet, so there are no rollouts to show or steer; "
    "on route files use 'sealane validate' and 'sealane explain' instead."
)


def main() -> int:
    """Print one sentence to stderr and return 2, so that no script takes silence for a finished rollout."""
    print(ABSENT, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
