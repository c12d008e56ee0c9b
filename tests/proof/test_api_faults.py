"""Whatever the Kubernetes API does, routers serve what they know, and nothing old ever replaces what is new."""

import heapq
from dataclasses import dataclass

import pytest

from tests.support.api_faults import Faults
from tests.support.proof_scene import Chat, Figures, Scale
from tests.support.sealane_world import World
from tests.support.traffic import Asked


@dataclass(frozen=True, slots=True)
class Weather:
    """One kind of fault.

    ``within`` bounds, in seconds, how long the routers take after its end to have the newest revision. ``ends_with`` is
    an ERROR event that watches get at the end. ``only_in_full``: it takes long, or is much like another one.
    """

    name: str
    faults: Faults
    within: float
    ends_with: int = 0
    routers_only: bool = False
    only_in_full: bool = False


_WEATHERS = (
    Weather("down", Faults(down=True), 30),
    Weather("slow (2 s an answer)", Faults(delay=2.0), 30, only_in_full=True),
    Weather("429 with Retry-After", Faults(status=429, retry_after=1), 30),
    Weather("500", Faults(status=500), 30, only_in_full=True),
    Weather("503", Faults(status=503), 30, only_in_full=True),
    Weather("events doubled", Faults(doubled=1.0), 15),
    Weather("events reordered", Faults(reordered=1.0), 15),
    Weather("events late (1 s)", Faults(late=1.0), 30),
    Weather("events dropped, then 410", Faults(dropped=0.5), 30, ends_with=410),
    Weather("lists stale, then 410", Faults(stale=True, dropped=1.0), 60, ends_with=410),
    Weather("ERROR 500 in the stream", Faults(dropped=1.0), 30, ends_with=500, only_in_full=True),
    Weather("watches half-open", Faults(silent=True), 75, routers_only=True, only_in_full=True),
)


def _steps_back(seen: list[Asked], routers: int) -> list[tuple[Asked, Asked]]:
    """Answers that were older than one that the same router had completed before they were asked for."""
    back: list[tuple[Asked, Asked]] = []
    for router in range(routers):
        answers = sorted((each for each in seen if each.router == router and each.good), key=lambda each: each.sent)
        completed: list[tuple[float, Asked]] = []
        newest: Asked | None = None
        for answer in answers:
            while completed and completed[0][0] < answer.sent:
                _, ended = heapq.heappop(completed)
                newest = ended if newest is None or int(ended.revision) > int(newest.revision) else newest
            if newest is not None and int(answer.revision) < int(newest.revision):
                back.append((newest, answer))
            heapq.heappush(completed, (answer.sent + answer.took, answer))
    return back


def test_the_api_is_down_slow_wrong_silent_or_talks_nonsense(
    sealane: World, scale: Scale, figures: Figures, subtests: pytest.Subtests
) -> None:
    """In each weather three editions are applied: no request fails, and the newest is served when it is over."""
    chat = Chat(sealane, steps=((50, 1),), bake=1)
    chat.serve(strategy="Immediate")
    with sealane.traffic() as clients:
        for weather in (each for each in _WEATHERS if scale.full or not each.only_in_full):
            with subtests.test(weather.name):
                begun = clients.wait_for(20)[0].sent
                concerned = [*sealane.routers, *([] if weather.routers_only else sealane.operators)]
                for program in concerned:
                    program.proxy.faults = weather.faults
                for _ in range(3):
                    chat.apply(strategy="Immediate")
                    sealane.rest(scale.fault / 3)
                for program in concerned:
                    if weather.ends_with:
                        program.proxy.end_watches(weather.ends_with)
                    program.proxy.faults = Faults()
                took = sealane.until(
                    lambda: {int(each.revision) for each in clients.latest()} == {chat.revision()},
                    lambda: f"edition {chat.edition} is served: {chat.explain()}",
                )
                seen = clients.since(begun)
                assert [each for each in seen if not each.good] == []
                assert not scale.full or took <= weather.within
                assert _steps_back(seen, len(sealane.routers)) == []
                figures.add(
                    f"The API: {weather.name}",
                    f"{scale.fault:g} s, three changes: failed; newest served",
                    f"0 of {len(seen)}; {took:.1f} s after its end",
                    f"0; {weather.within:g} s",
                )
    number = chat.revision()
    sealane.until(
        lambda: sealane.revisions() == {n: "Stable" if n == number else "Superseded" for n in range(1, number + 1)},
        lambda: f"every revision is what it should be: {sealane.revisions()}",
    )
