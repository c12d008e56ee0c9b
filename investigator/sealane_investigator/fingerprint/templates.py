"""Reads the table of known message templates."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from sealane_investigator.fingerprint.beginnings import Beginnings
from sealane_investigator.fingerprint.wording import squeezed
from sealane_telemetry.error_text.vocabulary import documented

#: First parts of template names that are API families; the others name a proxy, a network, a database, a cluster.
FAMILIES = frozenset(
    """
    moonshot zai openai azure anthropic gemini bedrock dashscope deepseek minimax siliconflow openrouter copilot litellm
    vllm sglang ollama llamacpp lmstudio groq cerebras mistral xai together fireworks huggingface nvidia cohere
    perplexity volcengine
    """.split()  # noqa: SIM905
)

_GAP = "{}"
_MARKED = re.compile(r"\[([^\[\]]+)\]")
_LINE = re.compile(r"([?=!]{0,3})([\w.]+)(?:(: )|( = ))(.+)")


@dataclass(frozen=True, slots=True)
class Template:
    """One wording of the template ``name``.

    ``pieces`` are its literal parts and ``anchors`` the parts that are enough, all squeezed. ``gated``: only where the
    family is known to be its own. ``whole``: only where it is all there is. ``first``: before all others. ``weight``
    is how many letters have to be found, ``family`` the API family that words it so.
    """

    name: str
    wording: str
    pieces: tuple[str, ...]
    anchors: tuple[str, ...]
    weight: int
    family: str | None
    gated: bool = False
    whole: bool = False
    first: bool = False


@dataclass(frozen=True, slots=True)
class Candidates:
    """The templates that hold for a family: ``whole`` by all that they say, and ``parts``, which may stand anywhere."""

    whole: Mapping[str, Template]
    parts: tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """All templates, and the names that codes have: ``(family, code) → name``."""

    templates: tuple[Template, ...]
    codes: dict[tuple[str, str], str]
    wordings: dict[str, str]
    first: tuple[Template, ...] = field(init=False, repr=False, compare=False)
    beginnings: Beginnings = field(init=False, repr=False, compare=False)
    _open: Mapping[str | None, Candidates] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort the templates by how they are looked for."""
        families = {None, *(one.family for one in self.templates if one.gated)}
        object.__setattr__(self, "first", tuple(one for one in self.templates if one.first))
        object.__setattr__(self, "beginnings", Beginnings(self.templates))
        object.__setattr__(self, "_open", {family: _candidates(self.templates, family) for family in families})

    def open_to(self, family: str | None) -> Candidates:
        """Return the templates of a family that words an error, and those that hold whoever words it."""
        return self._open.get(family) or self._open[None]


def _candidates(templates: tuple[Template, ...], family: str | None) -> Candidates:
    held = [one for one in templates if not one.gated or one.family == family]
    whole = {
        one.pieces[0]: one for one in sorted(held, key=lambda one: one.gated) if one.whole and len(one.pieces) == 1
    }
    return Candidates(whole, tuple(one for one in held if not one.whole))


def family_of_name(name: str) -> str | None:
    """Return the API family of a template's name, None for a network's, a proxy's, a database's or a cluster's."""
    first = name.partition(".")[0]
    return first if first in FAMILIES else None


@cache
def known_templates() -> Table:
    """Return the table of the documented wordings; read once."""
    return parse(documented())


def parse(text: str) -> Table:
    """Return the table that ``text`` writes down, in the form that ``documented.txt`` explains.

    Raises :class:`ValueError` for a line of another form.
    """
    templates: list[Template] = []
    codes: dict[tuple[str, str], str] = {}
    wordings: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"not a template: {line!r}")
        flags, name, _, is_code, rest = match.groups()
        if is_code:
            codes[(name.partition(".")[0], rest.strip().lower())] = name
            continue
        template = _template(flags, name, rest.strip())
        templates.append(template)
        wordings.setdefault(name, template.wording)
    return Table(tuple(templates), codes, wordings)


def _template(flags: str, name: str, marked: str) -> Template:
    wording = _MARKED.sub(r"\1", marked)
    pieces = tuple(piece for part in wording.split(_GAP) if (piece := squeezed(part)))
    marked_parts = [squeezed(part) for found in _MARKED.findall(marked) for part in found.split(_GAP)]
    anchors = tuple(anchor for anchor in marked_parts if anchor) or pieces[:1]
    return Template(
        name=name,
        wording=wording,
        pieces=pieces,
        anchors=anchors,
        weight=sum(len(anchor) for anchor in anchors),
        family=family_of_name(name),
        gated="?" in flags,
        whole="=" in flags,
        first="!" in flags,
    )
