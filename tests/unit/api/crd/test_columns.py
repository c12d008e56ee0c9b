"""What ``kubectl get`` prints; tests/cluster sees it printed."""

from sealane_api.crd.columns import REVISION_COLUMNS, ROUTE_COLUMNS, Column


def test_a_wide_column_has_a_lower_priority() -> None:
    """Kubernetes prints priority 0 always, the others with ``-o wide``."""
    column = Column("A", ".status.a", "What it is.", wide=True)

    assert column.document() == {
        "name": "A",
        "type": "string",
        "description": "What it is.",
        "jsonPath": ".status.a",
        "priority": 1,
    }
    assert "priority" not in Column("A", ".status.a", "What it is.").document()


def test_labels_are_reached_through_their_dots() -> None:
    """A dot in a name is no step of the path."""
    paths = [column.path for column in REVISION_COLUMNS]

    assert r".metadata.labels.sealane\.dev/state" in paths


def test_a_line_is_short() -> None:
    """What everybody sees fits 80 characters; everything says what it is."""
    shown = [column for column in ROUTE_COLUMNS if not column.wide]

    assert len(shown) == 7
    assert all(column.description.endswith(".") for column in (*ROUTE_COLUMNS, *REVISION_COLUMNS))
