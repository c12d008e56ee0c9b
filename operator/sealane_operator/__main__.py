"""The command ``sealane-operator``: says that this release has none, and what to use instead."""

import sys

ABSENT = (
    "sealane-operator: this release has no operator yet; "
    "serve ProviderRoute files with 'sealane up -f routes.yaml' instead.\n"
)


def main() -> int:
    """Print one sentence to stderr and return 2, so that nobody takes this for a running operator."""
    sys.stderr.write(ABSENT)
    return 2


if __name__ == "__main__":
    sys.exit(main())
