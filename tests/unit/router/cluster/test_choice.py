"""What is served of what is known: a route keeps what it has until something better is there whole."""

from typing import Any

import pytest

from sealane_router.cluster.choice import Arms, Choice, Known, choose, weights_of
from sealane_router.cluster.pointers import RoutePointers
from sealane_router.cluster.revisions import Revision
from sealane_router.cluster.secrets import SecretState
from tests.support.followed import pointers, revision, spec_of

ONE = revision(1, spec_of())
TWO = revision(2, spec_of(base="b"))
THREE = revision(3, spec_of(secret="other", base="c"))
SECRET, OTHER = ("team", "moonshot"), ("team", "other")
READ = SecretState({"api-key": b"sk-1"})
MISSING = SecretState(problem="there is no Secret other in namespace team")
DENIED = SecretState({"api-key": b"sk-1"}, "Secret moonshot cannot be read: 403")


def _choose(
    route: RoutePointers,
    *found: Revision | str,
    served: Arms | None = None,
    secrets: dict[tuple[str, str], SecretState] | None = None,
    **more: Any,
) -> Choice:
    """Choose for one route; a text is why its stable revision cannot be had."""
    revisions: dict[Any, Revision | str] = {each.wanted: each for each in found if isinstance(each, Revision)}
    known = Known(
        routes={route.key: route},
        revisions=revisions | more.pop("problems", {}),
        secrets={SECRET: READ} if secrets is None else secrets,
        served={} if served is None else {route.key: served},
        **more,
    )
    return choose(known)


def test_a_route_is_served_when_all_of_it_is_there() -> None:
    """Until then its revision, and then its Secret, are asked for; it is awaited, and no problem."""
    route = pointers(ONE)
    nothing, fetched, whole = _choose(route), _choose(route, ONE, secrets={}), _choose(route, ONE)

    assert (nothing.arms, nothing.wanted, nothing.awaited) == ({}, {ONE.wanted}, {"team/a"})
    assert (fetched.arms, fetched.secrets, fetched.awaited) == ({}, {SECRET}, {"team/a"})
    assert (whole.arms, whole.awaited) == ({"team/a": Arms(ONE)}, set())
    assert nothing.problems == fetched.problems == whole.problems == {}


def test_what_does_not_change_is_the_same_object() -> None:
    """That is what makes a swap of one route among thousands cheap, with a candidate or without."""
    alone, both = Arms(ONE), Arms(ONE, TWO)

    assert _choose(pointers(ONE), served=alone).arms["team/a"] is alone
    assert _choose(pointers(ONE, TWO), served=both).arms["team/a"] is both
    assert _choose(pointers(ONE, TWO, weight=90), served=both).arms["team/a"] is both


def test_a_new_stable_waits_until_it_is_there() -> None:
    """The old one serves on; why a revision cannot be had is told."""
    served = Arms(ONE)
    waiting = _choose(pointers(TWO), served=served)
    refused = _choose(pointers(TWO), served=served, problems={TWO.wanted: "it does not exist"})
    there = _choose(pointers(TWO), TWO, served=served)

    assert waiting.arms == refused.arms == {"team/a": served}
    assert (waiting.problems, refused.problems) == ({}, {"team/a": "it does not exist"})
    assert there.arms == {"team/a": Arms(TWO)}


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        (SecretState(), None),
        (MISSING, "revision 3 is not served: there is no Secret other in namespace team"),
        (SecretState({"key": b"x"}), "revision 3 is not served: Secret other has no key api-key"),
        (SecretState({"api-key": b""}), "revision 3 is not served: key api-key of Secret other: it is empty"),
    ],
)
def test_a_new_stable_waits_for_its_secret(state: SecretState, problem: str | None) -> None:
    """Whatever is wrong with that; the text never has a value in it."""
    choice = _choose(pointers(THREE), THREE, served=Arms(ONE), secrets={SECRET: READ, OTHER: state})

    assert choice.arms == {"team/a": Arms(ONE)}
    assert choice.problems == ({} if problem is None else {"team/a": problem})
    assert choice.secrets == {SECRET, OTHER}


def test_what_the_old_revision_lacks_too_keeps_nobody() -> None:
    """A change of something else is served, however long the Secret is missing."""
    gone = {SECRET: SecretState(problem="there is no Secret moonshot")}

    assert _choose(pointers(TWO), TWO, served=Arms(ONE), secrets=gone).arms == {"team/a": Arms(TWO)}


def test_the_last_known_value_is_good_enough() -> None:
    """While the API refuses to repeat it."""
    assert _choose(pointers(TWO), TWO, served=Arms(ONE), secrets={SECRET: DENIED}).arms == {"team/a": Arms(TWO)}


def test_a_first_revision_is_better_served_without_its_key_than_not_at_all() -> None:
    """Once the API has answered; other providers of the route may work."""
    choice = _choose(pointers(THREE), THREE, secrets={OTHER: MISSING})

    assert choice.arms == {"team/a": Arms(THREE)}
    assert choice.awaited == set()
    assert "revision 3 is served without all of its Secrets: there is no Secret other" in choice.problems["team/a"]


def test_a_secret_that_goes_while_it_is_served_is_a_problem() -> None:
    """What serves stays, and whoever looks learns why one provider has no key; back again, there is no problem."""
    served = Arms(ONE)
    gone = _choose(pointers(ONE), served=served, secrets={SECRET: SecretState(problem="there is no Secret moonshot")})
    keyless = _choose(pointers(ONE), served=served, secrets={SECRET: SecretState({"other": b"x"})})
    silent = _choose(pointers(ONE), served=served, secrets={SECRET: DENIED})
    back = _choose(pointers(ONE), served=served)

    assert gone.arms == keyless.arms == {"team/a": served}
    assert gone.problems["team/a"].endswith("all of its Secrets: there is no Secret moonshot")
    assert keyless.problems["team/a"].endswith("all of its Secrets: Secret moonshot has no key api-key")
    assert silent.problems == back.problems == {}


def test_a_candidate_stands_beside_the_stable_revision_that_is_pointed_at() -> None:
    """And beside no other: while stable is not there yet, there is no trial."""
    together = _choose(pointers(ONE, TWO), ONE, TWO)
    early = _choose(pointers(TWO, THREE), THREE, served=Arms(ONE), secrets={SECRET: READ, OTHER: READ})
    same = _choose(pointers(ONE, ONE), ONE)

    assert together.arms == {"team/a": Arms(ONE, TWO)}
    assert early.arms == {"team/a": Arms(ONE)}
    assert same.arms == {"team/a": Arms(ONE)}


@pytest.mark.parametrize("state", [SecretState(), MISSING])
def test_whatever_is_wrong_with_a_candidate_stable_is_served(state: SecretState) -> None:
    """Its revision cannot be had, or its Secret."""
    unfetched = _choose(pointers(TWO, THREE), TWO, served=Arms(ONE))
    refused = _choose(pointers(TWO, THREE), TWO, served=Arms(ONE), problems={THREE.wanted: "forged"})
    lacking = _choose(pointers(TWO, THREE), TWO, THREE, served=Arms(ONE), secrets={SECRET: READ, OTHER: state})

    for choice in (unfetched, refused, lacking):
        assert choice.arms == {"team/a": Arms(TWO)}
        assert choice.awaited == set()
    assert refused.problems == {"team/a": "forged"}
    assert bool(lacking.problems) is (state is MISSING)


def test_a_candidate_that_is_served_is_promoted_whatever_its_secret_says_now() -> None:
    """It serves already; so does a candidate that goes back to being stable's rival."""
    gone = {SECRET: READ, OTHER: MISSING}
    promoted = _choose(pointers(THREE), THREE, served=Arms(ONE, THREE), secrets=gone)
    still = _choose(pointers(ONE, THREE), served=Arms(ONE, THREE), secrets=gone)

    assert promoted.arms == {"team/a": Arms(THREE)}
    assert still.arms == {"team/a": Arms(ONE, THREE)}


def test_a_candidate_that_is_not_pointed_at_any_more_goes() -> None:
    """At once."""
    assert _choose(pointers(ONE), served=Arms(ONE, TWO)).arms == {"team/a": Arms(ONE)}


def test_a_status_that_lost_its_pointer_takes_nothing_away() -> None:
    """A backup that was restored has no status; the operator writes it anew."""
    lost = _choose(pointers(None), served=Arms(ONE))
    unreadable = RoutePointers("team", "a", "uid-a", "", "1", problem="cannot be read")
    broken = choose(Known({"team/a": unreadable}, {}, {}, {"team/a": Arms(ONE)}))

    assert lost.arms == broken.arms == {"team/a": Arms(ONE)}
    assert lost.problems == {"team/a": "the route's status points at nothing; revision 1 stays"}
    assert broken.problems == {"team/a": "cannot be read"}


def test_a_route_that_was_made_anew_is_another_one() -> None:
    """Its revisions are its own; until they are there, the name serves what it served."""
    again = revision(1, spec_of(), uid="another")
    waiting = _choose(pointers(again), served=Arms(ONE))
    there = _choose(pointers(again), again, served=Arms(ONE))

    assert (waiting.arms, waiting.wanted) == ({"team/a": Arms(ONE)}, {again.wanted})
    assert there.arms == {"team/a": Arms(again)}


@pytest.mark.parametrize(("unlisted", "stays"), [((), False), ((None,), True), (("team",), True), (("other",), False)])
def test_a_route_that_is_gone_is_not_served(unlisted: tuple[str | None, ...], stays: bool) -> None:
    """But nothing goes before the API has said which routes there are."""
    choice = choose(Known({}, {}, {}, {"team/a": Arms(ONE)}, frozenset(unlisted)))

    assert bool(choice.arms) is stays
    assert choice.secrets == ({SECRET} if stays else set())


def test_weights_are_the_statuses() -> None:
    """Of every candidate, whether it can be served or not."""
    assert weights_of([pointers(ONE), pointers(ONE, TWO, weight=30)]) == {"team/a": (2, 30)}
