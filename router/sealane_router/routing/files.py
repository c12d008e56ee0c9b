"""Loads route files: YAML to validated resources to one compiled table, or every problem with its line."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from sealane_api.compilation import compile_route, compile_table
from sealane_api.problems import FieldPath, InvalidRoutes, Location, Problem, ProblemLog, shown
from sealane_api.provider_route import KIND, ProviderRoute
from sealane_api.resource.part import ValidationContext
from sealane_api.resource.wording import problems_of
from sealane_api.route_table import Route, RouteTable
from sealane_router.routing import regex
from sealane_router.routing.yaml_source import YamlDocument, read_documents

MAX_FILE_BYTES = 16 * 1024 * 1024
#: Files of one directory; more are a mistake, not routes.
MAX_FILES = 10_000

_SUFFIXES = frozenset({".yaml", ".yml"})
_LIST_KINDS = frozenset({"List", f"{KIND}List"})


@dataclass(frozen=True, slots=True)
class LoadedRoute:
    """One route, as written and as compiled; ``document`` counts from 1 within the file ``source``."""

    source: str
    document: int
    resource: ProviderRoute
    route: Route


@dataclass(frozen=True, slots=True)
class LoadedRoutes:
    """What one load found: the table, the routes in the order in which they are written, and the files read."""

    table: RouteTable
    documents: tuple[LoadedRoute, ...]
    files: tuple[Path, ...]

    @property
    def routes(self) -> tuple[Route, ...]:
        """The compiled routes in the order in which they are written."""
        return tuple(document.route for document in self.documents)


def load_routes(
    paths: Sequence[Path],
    *,
    laptop: bool = True,
    check_regex: Callable[[str], str | None] = regex.check_regex,
) -> LoadedRoutes:
    """Read every route of ``paths``, which are files or directories of ``*.yaml`` and ``*.yml`` (not recursive).

    ``laptop`` lets ``allowInsecure: true`` also admit loopback hosts. Raises :class:`InvalidRoutes` with all problems
    when anything is wrong, also when a file holds no route: a table is whole or it is not there.
    """
    log = ProblemLog()
    context = ValidationContext(laptop=laptop, check_regex=check_regex)
    files = _files(paths, log)
    written = [one for file in files for one in _read(file, context, log)]
    routes = [compile_route(one.resource) for one in written]
    try:
        table = compile_table(routes, locate=lambda at, path: written[at].locate(path))
    except InvalidRoutes as error:
        log.extend(error.problems, error.more)
        log.raise_if_any()
        raise
    log.raise_if_any()
    documents = [
        LoadedRoute(one.document.source, one.document.number, one.resource, route)
        for one, route in zip(written, routes, strict=True)
    ]
    return LoadedRoutes(table, tuple(documents), tuple(files))


def route_files(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return the files that :func:`load_routes` would read now; what cannot be listed stands for itself."""
    return tuple(_files(paths, ProblemLog()))


class _Written(NamedTuple):
    """A valid resource and where it stands in its document."""

    document: YamlDocument
    prefix: FieldPath
    resource: ProviderRoute

    def locate(self, path: FieldPath) -> Location:
        return self.document.locate((*self.prefix, *path))


def _files(paths: Sequence[Path], log: ProblemLog) -> list[Path]:
    files: dict[Path, None] = {}
    for path in paths:
        try:
            found = _entries(path) if path.is_dir() else [path]
        except OSError as error:
            log.add(_unreadable(path, error))
            found = [path]
        if not found:
            log.add(Problem(str(path), None, "", None, "found no file named *.yaml or *.yml; write one with a route"))
        files.update(dict.fromkeys(found))
    if not paths:
        log.add(Problem("routes", None, "", None, "found no file; name at least one"))
    return list(files)


def _entries(folder: Path) -> list[Path]:
    # Names with a leading dot are Kubernetes' own (..data, ..2026_11_22) in a mounted ConfigMap, and editors' files.
    found = []
    for entry in folder.iterdir():
        if entry.suffix in _SUFFIXES and not entry.name.startswith(".") and entry.is_file():
            found.append(entry)
            if len(found) > MAX_FILES:
                raise OSError(None, f"more than {MAX_FILES} files")
    return sorted(found)


def _read(file: Path, context: ValidationContext, log: ProblemLog) -> Iterator[_Written]:
    """Yield the valid resources of a file; what is wrong goes to ``log``."""
    source = str(file)
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        log.add(_unreadable(file, error))
        return
    if len(data) > MAX_FILE_BYTES:
        log.add(Problem(source, None, "", None, f"found more than {MAX_FILE_BYTES // 2**20} MiB; split the file"))
        return
    mine = ProblemLog()
    empty = True
    for document in read_documents(data, source, mine):
        for prefix, value in _resources(document, mine):
            empty = False
            resource = _validated(document, prefix, value, context, mine)
            if resource is not None:
                yield _Written(document, prefix, resource)
    if empty and not mine:
        mine.add(Problem(source, None, "", None, f"found no route; write a {KIND}"))
    log.absorb(mine)


def _resources(document: YamlDocument, log: ProblemLog) -> Iterator[tuple[FieldPath, object]]:
    """Yield the document's resource, or those of a ``kind: List`` as ``kubectl get -o yaml`` prints it."""
    value = document.root.value
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(kind, str) or kind not in _LIST_KINDS:
        yield (), value
        return
    items = value.get("items")
    if not isinstance(items, list):
        message = f"found {shown(items)}; write a list of routes"
        log.add(Problem.at(document.locate(("items",)), ("items",), message))
        return
    for at, item in enumerate(items):
        yield ("items", at), item


def _validated(
    document: YamlDocument, prefix: FieldPath, value: object, context: ValidationContext, log: ProblemLog
) -> ProviderRoute | None:
    kind = value.get("kind") if isinstance(value, dict) else None
    if isinstance(kind, str) and kind != KIND:
        path = (*prefix, "kind")
        message = f"found {shown(kind)}; write {KIND}, or remove this document: nothing else is served from files"
        log.add(Problem.at(document.locate(path), path, message))
        return None
    try:
        return ProviderRoute.model_validate(value, context=context)
    except ValidationError as error:
        log.extend(problems_of(error, ProviderRoute, document.locate, prefix))
        return None


def _unreadable(path: Path, error: OSError) -> Problem:
    reason = error.strerror or type(error).__name__
    return Problem(str(path), None, "", None, f"found nothing to read ({reason}); name a readable file or directory")
