"""Stub providers that meet random faults and remember who came: two play OpenAI, and each takes one key of its own."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from random import Random

from sealane_cli.stub.counters import RecordedRequest
from sealane_cli.stub.faults import Fault, parse_fault
from sealane_cli.stub.personality import PersonalityName
from sealane_cli.stub.server import StubProvider
from tests.support.random_tables import Upstream

#: What a fault makes an attempt fail with, in the words of ``fallback.when``; empty: nothing may follow it.
FAULTS: Mapping[Fault, frozenset[str]] = {
    parse_fault(text): frozenset(classes)
    for text, classes in {
        "status:500": {"ServerError"},
        "html:502": {"ServerError"},
        "error-200": {"ServerError", "Overloaded"},
        "overloaded": {"Overloaded"},
        "rate-limit": {"RateLimited"},
        "reset": {"Connect"},
        "cut-before-head": {"Connect"},
        "cut-before-content": {"Connect"},
        "cut": {"Connect"},
        "unauthorized": {"Unauthorized"},
        "quota": {"QuotaExhausted"},
        "status:400": set(),
        "content-filter": set(),
    }.items()
}
FAULTY_SHARE = 0.2

_DIALECTS: Mapping[PersonalityName, str] = {"moonshot": "Moonshot", "zai": "Zai", "openai": "OpenAI"}
#: Whom each witness plays, and the one key that it takes.
_PLAYED: Mapping[str, tuple[PersonalityName, str]] = {
    "moonshot": ("moonshot", "sk-of-moonshot"),
    "zai": ("zai", "0123456789abcdef0123456789abcdef.of-zai"),
    "openai-one": ("openai", "sk-proj-of-openai-one"),
    "openai-two": ("openai", "sk-proj-of-openai-two"),
}
#: The variables from which a gateway has the keys, each under the Secret name that ``Witness.upstream`` refers to.
ENVIRON = {f"{name.upper().replace('-', '_')}_API_KEY": key for name, (_, key) in _PLAYED.items()}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request at a stub: which one, the model it was asked for, and the fault it met."""

    provider: "Witness"
    model: str
    fault: Fault | None


class Witness:
    """A stub that meets random faults and tells ``arrivals`` of each request, by the number in its ``user``."""

    def __init__(
        self,
        name: str,
        personality: PersonalityName,
        stub: StubProvider,
        arrivals: dict[int, list[Arrival]],
        random: Random,
    ) -> None:
        self.name = name
        self.personality = personality
        self.stub = stub
        self._arrivals = arrivals
        self._random = random
        self._fault: Fault | None = None
        stub.fault_for(self._note, None)
        for fault in FAULTS:
            stub.fault_for(self._met(fault), fault)

    @property
    def upstream(self) -> Upstream:
        """It as the provider of a route."""
        return Upstream(_DIALECTS[self.personality], self.stub.base_url, self.name)

    def _note(self, request: RecordedRequest) -> bool:
        """Choose the fault of a request and remember both; asked first of all predicates, it accepts nothing."""
        self._fault = self._random.choice(list(FAULTS)) if self._random.random() < FAULTY_SHARE else None
        number = int(json.loads(request.body)["user"])
        self._arrivals.setdefault(number, []).append(Arrival(self, request.model or "", self._fault))
        return False

    def _met(self, fault: Fault) -> Callable[[RecordedRequest], bool]:
        return lambda _: self._fault is fault


@asynccontextmanager
async def four_witnesses(arrivals: dict[int, list[Arrival]], seed: int) -> AsyncIterator[list[Witness]]:
    """Start Moonshot, Z.ai and two of OpenAI's kind; the key of one is foreign to the others."""
    keys = {key for _, key in _PLAYED.values()}
    async with AsyncExitStack() as stack:
        found = []
        for number, (name, (personality, key)) in enumerate(_PLAYED.items()):
            stub = StubProvider(personality, accepted_keys=frozenset({key}), foreign_keys=frozenset(keys - {key}))
            await stack.enter_async_context(stub)
            found.append(Witness(name, personality, stub, arrivals, Random(seed + number)))
        yield found
