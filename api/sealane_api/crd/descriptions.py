"""What a field means: the docstring under it, where editors show it as well."""

import ast
import functools
import inspect
import itertools
import textwrap
from collections.abc import Iterator, Mapping

from sealane_api.resource.part import Part


def field_descriptions(part: type[Part]) -> dict[str, str]:
    """Return what the fields of ``part`` mean, by attribute name, those it inherits included.

    They are read from the source of the class. Pydantic would do that for each class at every import, which costs a
    command line more than all of its own work; so only the generator does.
    """
    described: dict[str, str] = {}
    for kind in reversed(part.__mro__):
        if issubclass(kind, Part) and kind is not Part:
            described.update(_own(kind))
    return described


def plain(text: str) -> str:
    """Return a docstring as one line for people who do not read reStructuredText."""
    return " ".join(text.replace("``", "`").split())


@functools.cache  # one entry for each class of the resource
def _own(kind: type[Part]) -> Mapping[str, str]:
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    if not isinstance(definition, ast.ClassDef):
        raise TypeError(f"found no class in the source of {kind.__qualname__}")
    return dict(_described(definition.body))


def _described(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for field, below in itertools.pairwise(body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, plain(text)
