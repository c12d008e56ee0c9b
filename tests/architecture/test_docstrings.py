"""What is public says what it is, and each package states the law of its layer."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.house import files_of_tests, shown, sources

_PACKAGES = [path for path in sources() if path.name == "__init__.py"]
_MODULES = [path for path in sources() if path.name != "__init__.py"]
_TESTS = [path for path in files_of_tests() if path.name.startswith("test_")]

#: A law forbids or requires; prose that does neither is a description.
_LAW = re.compile(r"\b(never|only|no|nothing|none|nobody|must|alone)\b", re.IGNORECASE)

type_of_definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _undocumented(tree: ast.Module) -> list[str]:
    return [
        node.name
        for node in tree.body
        if isinstance(node, type_of_definition) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]


@pytest.mark.parametrize("path", _PACKAGES, ids=shown)
def test_a_package_is_a_docstring_that_states_its_law(path: Path) -> None:
    """``__init__.py`` holds no code, and its words say what the layer must do or never does."""
    tree = _tree(path)

    assert len(tree.body) == 1
    assert _LAW.search(ast.get_docstring(tree) or "")


@pytest.mark.parametrize("path", _MODULES, ids=shown)
def test_what_a_module_offers_is_documented(path: Path) -> None:
    """The module and its public classes and functions have docstrings."""
    tree = _tree(path)

    assert ast.get_docstring(tree)
    assert _undocumented(tree) == []


@pytest.mark.parametrize("path", _TESTS, ids=shown)
def test_every_test_says_what_it_expects(path: Path) -> None:
    """Each test has a docstring of one sentence: what is true when it passes."""
    silent = [
        node.name
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]

    assert silent == []
