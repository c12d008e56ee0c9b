"""The versions are in order."""

from sealane_investigator.fingerprint.versions import VERSIONS
from sealane_investigator.incident.peeled import Peeled


def test_each_version_names_every_error() -> None:
    """Under a name of its own."""
    peeled = Peeled(text="slow down", message="slow down")

    assert [version.name for version in VERSIONS] == [f"v{number}" for number in range(1, len(VERSIONS) + 1)]
    assert all(version.name_of(peeled).key for version in VERSIONS)
