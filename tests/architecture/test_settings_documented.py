"""``docs/settings.md`` and the settings say the same."""

import ast
import re

from sealane_router.settings.reading import Settings
from tests.architecture.house import ROOT

_PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
_GROUPS = ROOT / "router" / "sealane_router" / "settings" / "groups.py"

#: | `SEALANE_X` | `--x` | unit | default | … |
_ROW = re.compile(r"^\| `(SEALANE_\w+)` \| `(--[\w-]+)` \| ([^|]+) \| ([^|]+) \|", re.MULTILINE)


def test_every_setting_is_documented_as_it_is() -> None:
    """The page has one row for each setting, with its flag, unit and default, and no other row."""
    documented = [tuple(cell.strip() for cell in row) for row in _ROW.findall(_PAGE)]
    real = [
        (variable.name, variable.flag, variable.unit, f"`{variable.default}`" if variable.default else "empty")
        for variable in Settings.variables()
    ]

    assert sorted(documented) == sorted(real)


def test_the_page_names_no_setting_that_does_not_exist() -> None:
    """Prose and examples too."""
    names = {variable.name for variable in Settings.variables()}

    assert set(re.findall(r"SEALANE_[A-Z_]*[A-Z]", _PAGE)) <= names


def test_every_setting_says_what_it_does() -> None:
    """A docstring stands under each field, where an editor shows it."""
    silent = []
    for group in ast.parse(_GROUPS.read_text(encoding="utf-8")).body:
        if not isinstance(group, ast.ClassDef):
            continue
        for field, text in zip(group.body, [*group.body[1:], None], strict=True):
            if isinstance(field, ast.AnnAssign) and not (
                isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
            ):
                silent.append(f"{group.name}.{ast.unparse(field.target)}")

    assert silent == []
