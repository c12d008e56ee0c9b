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
    states that are not closed, ``parked`` the providers whose credential is.
    ``series`` are further metrics by name, summed over their labels.
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
    fallback: Gets | None = FROM_FALLBACK,
    learns: Learns = COUNTS,
    ask: Ask = CHAT,
    setup: Setup | None = None,
    most: float = 3.0,
) -> Row:
    """A fault that the rule's provider meets with on every request, asked once without a fallback and once with one.

    ``alone.attempts`` is the number of attempts at that provider when there is no other. What counts opens a breaker
    that allows exactly as many failures: the last attempt proves that none counted twice, the open breaker that all
    counted. ``fallback`` None: nothing else is tried, and the client gets the same.
    """
    base = setup or Setup()
    provider, tries = base.provider, alone.attempts
    second = fallback or replace(alone, attempts=1)
    if fallback is not None and provider == "zai":
        second = replace(second, provider="moonshot")

    def case(suffix: str, gets: Gets, shape: Setup, results: Results) -> Case:
        return Case(
            name=name + suffix,
            setup=shape,
            steps=(Meets(provider, meets), Asks(replace(ask, model=base.model), gets, most=most)),
            results=results,
            breakers={provider: "open"} if learns.opens else {},
            parked=frozenset({provider}) if learns.parks else frozenset(),
            series={key: value * len(results[provider]) for key, value in learns.series.items()},
        )

    once: Results = {provider: (result,)}
    return Row(
        name=name,
        result=f"`{result}`" + (f" × {tries}" if tries > 1 else ""),
        breaker=learns.words,
        alone=alone.shown,
        fallback="the same" if fallback is None else "the fallback's answer",
        cases=(
            case("", alone, replace(base, opens_at=tries), {provider: (result,) * tries}),
            case(
                ", with a fallback",
                second,
                replace(base, fallback=True),
                once if fallback is None else {**once, _OTHER[provider]: ("ok",)},
            ),
        ),
    )


def harmless(name: str, meets: str, *, gets: Gets | None = None, ask: Ask = CHAT, setup: Setup | None = None) -> Row:
    """Something odd that is no failure: the client gets the provider's answer, and nothing is tried elsewhere."""
    return fault(name, meets, "ok", gets or Gets(), fallback=None, learns=NOTHING, ask=ask, setup=setup)
