"""The book knows whose a pattern is, and who must be looked at again when that changes."""

from hypothesis import given
from hypothesis import strategies as st

from sealane_api.route_table import PatternKind
from sealane_operator.judgement.claims import Standing, Subject
from sealane_operator.reconciler.claim_book import ClaimBook

KIMI: Subject = (PatternKind.PREFIX, "kimi-")
GLM: Subject = (PatternKind.PREFIX, "glm-")
OLD, YOUNG = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"


def _owner(book: ClaimBook, subject: Subject) -> str | None:
    found = book.owner(subject)
    return None if found is None else found.route


def test_nobody_owns_what_nobody_claims() -> None:
    """Whoever asks would get it."""
    book = ClaimBook()

    assert book.owner(KIMI) is None
    assert book.owner_for("a/a", OLD, KIMI).route == "a/a"


def test_whoever_serves_keeps_it_from_an_older_route() -> None:
    """The stable revision counts, not the age."""
    book = ClaimBook()
    book.enter("a/young", YOUNG, {KIMI: (Standing.SERVES, "r")})

    assert book.owner_for("a/old", OLD, KIMI).route == "a/young"


def test_when_the_owner_goes_the_claimants_are_looked_at_again() -> None:
    """The oldest gets it, in whatever order they are looked at; who claims something else is left alone."""
    book = ClaimBook()
    book.enter("a/owner", YOUNG, {KIMI: (Standing.SERVES, "r")})
    book.enter("a/old", OLD, {KIMI: (Standing.WAITS, "r")})
    book.enter("a/young", YOUNG, {KIMI: (Standing.WAITS, "r")})
    book.enter("a/other", OLD, {GLM: (Standing.SERVES, "r")})

    assert book.forget("a/owner") == {"a/old", "a/young"}
    assert book.owner_for("a/young", YOUNG, KIMI).route == "a/old"
    assert book.owner_for("a/old", OLD, KIMI).route == "a/old"


def test_a_refused_route_stands_in_nobodys_way() -> None:
    """It asked for another pattern too and did not get it: the first one is free for others."""
    book = ClaimBook()
    book.enter("a/old", OLD, {KIMI: (Standing.ASKS, "r"), GLM: (Standing.ASKS, "r")})
    book.enter("a/young", YOUNG, {KIMI: (Standing.WAITS, "r")})
    again = book.enter("a/old", OLD, {KIMI: (Standing.WAITS, "r"), GLM: (Standing.WAITS, "r")})

    assert again == {"a/young"}
    assert book.owner_for("a/young", YOUNG, KIMI).route == "a/young"


def test_two_refused_routes_do_not_wake_each_other() -> None:
    """To be refused once more changes nothing for anybody."""
    book = ClaimBook()
    for route in ("a/a", "a/b", "a/a", "a/b"):
        again = book.enter(route, OLD, {KIMI: (Standing.WAITS, "r")})
        assert again == frozenset()


def test_an_owner_is_not_woken_by_those_who_wait() -> None:
    """Only who could gain something is looked at again."""
    book = ClaimBook()
    book.enter("a/owner", OLD, {KIMI: (Standing.SERVES, "r")})
    book.enter("a/b", OLD, {KIMI: (Standing.WAITS, "r")})

    assert book.forget("a/b") == frozenset()
    assert _owner(book, KIMI) == "a/owner"


ROUTES = ["a/a", "a/b", "b/a"]
MOVES = st.lists(
    st.tuples(
        st.sampled_from(ROUTES),
        st.dictionaries(st.sampled_from([KIMI, GLM]), st.sampled_from(Standing), max_size=2),
    ),
    max_size=30,
)


@given(MOVES)
def test_the_index_never_lies(moves: list[tuple[str, dict[Subject, Standing]]]) -> None:
    """After any moves, one route owns each claimed pattern, and nobody owns an unclaimed one."""
    book, truth = ClaimBook(), dict[str, dict[Subject, Standing]]()
    for route, claims in moves:
        truth[route] = claims
        if claims:
            book.enter(route, OLD, {subject: (standing, "r") for subject, standing in claims.items()})
        else:
            book.forget(route)
    for subject in (KIMI, GLM):
        claimants = {route for route, claims in truth.items() if subject in claims}
        owner = _owner(book, subject)
        assert (owner in claimants) if claimants else (owner is None)
        best = min((truth[route][subject] for route in claimants), default=None)
        if best is not None and best <= Standing.HOLDS and owner is not None:
            assert truth[owner][subject] is best


@given(st.lists(st.sampled_from(ROUTES), min_size=1, max_size=20))
def test_two_routes_never_hold_one_pattern(order: list[str]) -> None:
    """Each is judged and entered in one go, as the reconciler does it: never two are accepted."""
    book, held = ClaimBook(), set[str]()
    for route in order:
        mine = book.owner_for(route, OLD, KIMI).route == route
        book.enter(route, OLD, {KIMI: (Standing.HOLDS if mine else Standing.WAITS, "r")})
        held = (held | {route}) if mine else (held - {route})
        assert len(held) == 1
