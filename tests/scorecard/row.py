"""A row of the scorecard: a fault, and what must be seen of it from every side. All of it is data."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tests.scorecard.ask import CHAT, FROM_FALLBACK, Ask, Gets
from tests.scorecard.route import Setup
from tests.scorecard.steps import Asks, Meets, Step

#: Attempts by provider, each by the result that ``sealane_attempts_total`` counts it under.
Results = Mapping[str, tuple[str, ...]]

_OTHER = {"moonshot": "zai", "zai": "moonshot"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One run of the real router: a route, what happens, and what must be true at the end.

    ``results`` are all attempts there were, None where their number depends on time. ``reached`` is how many requests a
    stub saw, where that is not the number of attempts at it (None: it depends on time, too). ``breakers`` are the
    states that are not closed, ``parked`` the providers whose credential is. ``series`` are further metrics by name,
    summed over their labels.
    """

    name: str
    setup: Setup
    steps: tuple[Step, ...]
    results: Results | None
    reached: Mapping[str, int | None] = field(default_factory=dict)
    breakers: Mapping[str, str] = field(default_factory=dict)
    parked: frozenset[str] = frozenset()
    series: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the scorecard and of ``docs/faults.md``: its cases, and the same in words for the page.

    ``result`` is what the attempts are counted as, ``breaker`` what breaker and credential learn, ``alone`` and
    ``fallback`` what the client gets without a fallback and with one.
    """

    name: str
    result: str
    breaker: str
    alone: str
    fallback: str
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learns:
    """What the gateway keeps of a fault for the next exchange, as words and as what shows it."""

    words: str
    opens: bool = False
    parks: bool = False
    series: Mapping[str, float] = field(default_factory=dict)


NOTHING = Learns(words="–")
COUNTS = Learns(words="counts", opens=True)
PARKS = Learns(words="parks the credential", parks=True)
PAUSES = Learns(words="pauses the model", series={"sealane_provider_pauses_total": 1})


def fault(
    name: str,
    meets: str,
    result: str,
    alone: Gets,
    *,
    falls_back: bool = True,
    learns: Learns = COUNTS,
    ask: Ask = CHAT,
    setup: Setup | None = None,
) -> Row:
    """A fault that the rule's provider meets with on every request, first without a fallback and then with one.

    ``alone.attempts`` is the number of attempts at that provider when there is no other, one or two. Not
    ``falls_back``: nothing else is tried, and the client gets the same.

    What counts must open a breaker that allows two failures in a row with the second, which is a retry or another
    client's attempt: that it was made proves that the first did not count double, the open breaker that both counted.
    """
    base = setup or Setup()
    provider, tries = base.provider, alone.attempts
    asked = replace(ask, model=base.model)
    clients = 2 if learns.opens and tries == 1 else 1
    once: Results = {provider: (result,)}
    other = _OTHER[provider]

    several: Results = {provider: (result,) * tries * clients}

    def case(suffix: str, shape: Setup, asks: tuple[Asks, ...], results: Results) -> Case:
        return Case(
            name=name + suffix,
            setup=shape,
            steps=(Meets(provider, meets), *asks),
            results=results,
            breakers={provider: "open"} if learns.opens else {},
            parked=frozenset({provider}) if learns.parks else frozenset(),
            series={metric: value * len(results[provider]) for metric, value in learns.series.items()},
        )

    return Row(
        name=name,
        result=f"`{result}`" + (f" × {tries}" if tries > 1 else ""),
        breaker=learns.words,
        alone=alone.shown,
        fallback="the fallback's answer" if falls_back else "the same",
        cases=(
            case("", replace(base, opens_at=2), (Asks(asked, alone),) * clients, several),
            case(
                ", with a fallback",
                replace(base, fallback=True),
                (Asks(asked, replace(FROM_FALLBACK, provider=other) if falls_back else replace(alone, attempts=1)),),
                {**once, other: ("ok",)} if falls_back else once,
            ),
        ),
    )


def harmless(name: str, meets: str, *, gets: Gets | None = None, ask: Ask = CHAT, setup: Setup | None = None) -> Row:
    """Something odd that is no failure: the client gets the provider's answer, and nothing is tried elsewhere."""
    return fault(name, meets, "ok", gets or Gets(), falls_back=False, learns=NOTHING, ask=ask, setup=setup)
