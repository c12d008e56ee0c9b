"""Reads YAML documents and remembers on which line everything stands.

Documents are built from the parser's events, because PyYAML's own constructor forgets lines, lets a repeated key win
silently and expands aliases without end. Here nesting, nodes (aliases followed) and reported problems are bounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from sealane_api.problems import FieldPath, Location, Problem, ProblemLog, shown
from sealane_router.routing.yaml_scalars import plain_scalar

MAX_DEPTH = 64
#: Nodes of one source; an alias counts as many as it stands for.
MAX_NODES = 1_000_000

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # PyYAML may have been built without libyaml
_TAG = "tag:yaml.org,2002:"
_TAGGED_TYPES: dict[str, tuple[type, ...]] = {
    f"{_TAG}int": (int,),
    f"{_TAG}float": (int, float),
    f"{_TAG}bool": (bool,),
    f"{_TAG}null": (type(None),),
}
_TEXT_TAGS = frozenset({"!", f"{_TAG}str"})
_COLLECTION_TAGS = frozenset({None, "!", f"{_TAG}map", f"{_TAG}seq"})


@dataclass(slots=True)
class Node:
    """A value, the line of its key or first character, and the nodes below it; ``size`` counts it and them."""

    value: object
    line: int
    members: dict[str, "Node"] = field(default_factory=dict)
    items: list["Node"] = field(default_factory=list)
    size: int = 1


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """One document of a source; ``number`` counts from 1, empty documents included."""

    source: str
    number: int
    root: Node

    def locate(self, path: FieldPath) -> Location:
        """Return where the part at ``path`` is written, or the nearest part above it that is."""
        node = self.root
        for step in path:
            if isinstance(step, str) and step in node.members:
                node = node.members[step]
            elif isinstance(step, int) and step < len(node.items):
                node = node.items[step]
            else:
                break
        return Location(self.source, self.number, node.line)


def read_documents(data: bytes, source: str, log: ProblemLog) -> Iterator[YamlDocument]:
    """Yield the documents of ``data`` that are not empty; what is wrong with the YAML goes to ``log``.

    After an error nothing more comes; a repeated key is reported and the first one kept.
    """
    try:
        data.decode()
    except UnicodeDecodeError as error:
        log.add(_problem(source, data, error.start, "found a byte that is not UTF-8; save the file as UTF-8"))
        return
    reader = _Reader(source, log)
    try:
        yield from reader.documents(data)
    except _Unreadable as error:
        log.add(Problem(source, reader.number, "", error.line, error.message))
    except yaml.reader.ReaderError as error:
        message = "found a control character; write YAML without it, or escape it in double quotes"
        log.add(_problem(source, data, error.position, message))
    except yaml.MarkedYAMLError as error:
        log.add(_syntax_problem(error, source, reader.number, data))


class _Unreadable(Exception):
    """The rest of the source cannot be read."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


class _Reader:
    """Builds the nodes of one source from parser events."""

    def __init__(self, source: str, log: ProblemLog) -> None:
        self.number = 0
        self._source = source
        self._log = log
        self._events: Iterator[yaml.Event] = iter(())
        self._anchors: dict[str, Node] = {}
        self._nodes = 0
        self._path: list[str | int] = []

    def documents(self, data: bytes) -> Iterator[YamlDocument]:
        self._events = yaml.parse(data, Loader=_LOADER)
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.number += 1
                self._anchors.clear()
                root = self._node(next(self._events), 1)
                if root.value is not None:
                    yield YamlDocument(self._source, self.number, root)

    def _node(self, event: yaml.Event, depth: int) -> Node:
        line = _line(event)
        if depth > MAX_DEPTH:
            raise _Unreadable(line, f"found more than {MAX_DEPTH} levels of nesting; write at most {MAX_DEPTH}")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, line)
        self._count(1, line)
        if isinstance(event, yaml.ScalarEvent):
            node = Node(self._scalar(event), line)
        elif isinstance(event, yaml.MappingStartEvent):
            node = self._mapping(event, line, depth)
        else:
            node = self._sequence(event, line, depth)
        anchor = getattr(event, "anchor", None)
        if anchor is not None:
            self._anchors[anchor] = node
        return node

    def _alias(self, event: yaml.AliasEvent, line: int) -> Node:
        anchored = self._anchors.get(event.anchor or "")
        if anchored is None:
            raise _Unreadable(line, f"found the alias {shown(f'*{event.anchor}')}; write its anchor before it")
        self._count(anchored.size, line)
        return Node(anchored.value, line, anchored.members, anchored.items, anchored.size)

    def _count(self, nodes: int, line: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            raise _Unreadable(line, f"found more than {MAX_NODES} values, aliases followed; split the file")

    def _sequence(self, event: yaml.Event, line: int, depth: int) -> Node:
        self._check_tag(event)
        node = Node([], line)
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            self._path.append(len(node.items))
            item = self._node(event, depth + 1)
            self._path.pop()
            node.items.append(item)
            node.size += item.size
        node.value = [item.value for item in node.items]
        return node

    def _mapping(self, event: yaml.Event, line: int, depth: int) -> Node:
        self._check_tag(event)
        node = Node({}, line)
        merged: list[Node] = []
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            name, is_merge = self._key(event)
            self._path.append(name or "")
            member = self._node(next(self._events), depth + 1)
            self._path.pop()
            node.size += member.size
            if is_merge:
                merged.append(member)
            elif name is not None:
                self._keep(node, name, member, _line(event))
        for base in merged:
            self._merge(node, base)
        node.value = {name: member.value for name, member in node.members.items()}
        return node

    def _keep(self, node: Node, name: str, member: Node, line: int) -> None:
        first = node.members.setdefault(name, member)
        if first is member:
            member.line = line
        else:
            self._report(line, f"found the key a second time (first on line {first.line}); remove one", name)

    def _merge(self, node: Node, base: Node) -> None:
        """``<<``: the members of ``base``, or of each mapping in it, that ``node`` does not have itself."""
        if not isinstance(base.value, dict | list) or any(not isinstance(item.value, dict) for item in base.items):
            self._report(base.line, "found << without a mapping; write << with the alias of a mapping")
        for source in base.items or (base,):
            for name, member in source.members.items():
                node.members.setdefault(name, member)

    def _key(self, event: yaml.Event) -> tuple[str | None, bool]:
        """Return the text of a key, None after a report when it is no text, and whether it is YAML's merge key."""
        if not isinstance(event, yaml.ScalarEvent):
            raise _Unreadable(_line(event), "found a key that is not a plain text; write a name, then ': '")
        self._count(1, _line(event))
        key = self._scalar(event)
        if isinstance(key, str):
            return key, key == "<<" and event.implicit[0]
        self._report(_line(event), f"found {shown(key)} as a key; put it in quotes")
        return None, False

    def _scalar(self, event: yaml.ScalarEvent) -> object:
        tag = event.tag
        if tag in _TEXT_TAGS or (tag is None and not event.implicit[0]):
            return event.value
        value = plain_scalar(event.value)
        if tag is not None and not (tag in _TAGGED_TYPES and isinstance(value, _TAGGED_TYPES[tag])):
            self._report_tag(event, tag)
        return value

    def _check_tag(self, event: yaml.Event) -> None:
        tag = getattr(event, "tag", None)
        if tag not in _COLLECTION_TAGS:
            self._report_tag(event, str(tag))

    def _report_tag(self, event: yaml.Event, tag: str) -> None:
        self._report(_line(event), f"found the tag {shown(tag.replace(_TAG, '!!'))}; remove it")

    def _report(self, line: int, message: str, *below: str) -> None:
        path = (*self._path, *below)
        self._log.add(Problem.at(Location(self._source, self.number, line), path, message))


def _line(event: yaml.Event) -> int:
    mark = event.start_mark
    return 1 if mark is None else int(mark.line) + 1


def _problem(source: str, data: bytes, position: int, message: str) -> Problem:
    return Problem(source, None, "", data.count(b"\n", 0, position) + 1, message)


def _syntax_problem(error: yaml.MarkedYAMLError, source: str, number: int, data: bytes) -> Problem:
    mark = error.problem_mark or error.context_mark
    line = None if mark is None else int(mark.line) + 1
    words = ", ".join(part for part in (error.context, error.problem) if part)
    written = b"" if line is None else b"".join(data.splitlines()[line - 1 : line])
    indent = written[: len(written) - len(written.lstrip())]
    advice = "indent with spaces, not with tabs" if b"\t" in indent else "correct this line or the one before it"
    return Problem(source, number or None, "", line, f"found text that is not YAML ({words}); {advice}")
