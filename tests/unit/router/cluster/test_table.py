"""A table comes out, whatever routes do to each other."""

import pytest

from sealane_api.compilation import compile_table
from sealane_api.route_table import RouteTable
from sealane_router.cluster.choice import Arms
from sealane_router.cluster.table import Assembly, assemble, table_of
from sealane_router.routing import claims
from sealane_router.routing.claims import MatcherError
from sealane_router.routing.matcher import Matcher
from tests.support.followed import revision, spec_of

OLD, NEW = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"


def _arms(name: str, *models: dict[str, str], created: str = OLD, number: int = 1) -> Arms:
    return Arms(revision(number, spec_of(*models), name, created=created))


def _assembled(chosen: dict[str, Arms], served: dict[str, Arms] | None = None) -> Assembly:
    return assemble(chosen, served or {}, Matcher)


def test_a_table_is_what_files_would_have_made_of_it() -> None:
    """Sorted, with the same hash; candidates beside."""
    one, two = _arms("b", {"prefix": "b-"}), _arms("a", {"prefix": "a-"})
    trial = Arms(two.stable, revision(2, spec_of({"prefix": "a2-"}), "a", created=OLD))
    table = table_of({"team/b": one, "team/a": trial})

    assert (table.routes, table.hash) == (
        (expected := compile_table([one.stable.route, two.stable.route])).routes,
        expected.hash,
    )
    assert [route.revision for route in table.candidates] == ["2"]


@pytest.mark.parametrize(
    ("model", "name"), [({"prefix": "kimi-"}, "kimi-k3"), ({"exact": "Kimi-K3"}, "kimi-k3"), ({"regex": "k.*"}, "k3")]
)
def test_what_two_routes_claim_is_the_older_ones(model: dict[str, str], name: str) -> None:
    """The other one's problem names it; what else it claims, it serves."""
    chosen = {
        "team/a": _arms("a", model, {"prefix": "mine-"}, created=NEW),
        "team/b": _arms("b", model, created=OLD),
    }
    made = _assembled(chosen)
    (kind, text), *_ = model.items()

    found, mine = made.matcher.match(name), made.matcher.match("mine-1")
    assert found is not None
    assert mine is not None
    assert (found.route.key, mine.route.key) == ("team/b", "team/a")
    assert made.problems == {"team/a": f"{kind} {text} belongs to the older route team/b"}
    assert made.arms == chosen


def test_a_conflict_that_ends_is_no_problem() -> None:
    """The next table has none."""
    model = {"prefix": "kimi-"}
    chosen = {"team/a": _arms("a", model, created=NEW), "team/b": _arms("b", model, created=OLD)}
    first = _assembled(chosen)
    second = assemble({"team/a": chosen["team/a"]}, first.arms, lambda table: Matcher(table, first.matcher))

    assert second.problems == {}
    assert (second.matcher.match("kimi-k3") or pytest.fail("nobody serves it")).route.key == "team/a"


def _limited(most: int) -> "type[Limited]":
    Limited.most = most
    return Limited


class Limited(Matcher):
    """A matcher whose regexes fit while they are few."""

    most = 0

    def __init__(self, table: RouteTable) -> None:
        super().__init__(table)
        if len(self.claims._regexes) > self.most:
            raise MatcherError("too much memory together; write prefixes")


def test_regexes_that_do_not_fit_together_stay_out() -> None:
    """The most recently changed route first; the others keep serving, and its own last revision too."""
    served = {name: _arms(name[5:], {"regex": f"{name[5:]}.*"}) for name in ("team/a", "team/b")}
    more = {"regex": "x.*"}
    chosen = {
        "team/a": served["team/a"],
        "team/b": _arms("b", {"regex": "b.*"}, more, number=2),
        "team/c": _arms("c", {"regex": "c.*"}, created=NEW),
        "team/d": _arms("d", {"prefix": "d-"}, created=NEW),
    }
    all_fit = assemble(chosen, served, _limited(4))
    three_fit = assemble(chosen, served, _limited(3))
    two_fit = assemble(chosen, served, _limited(2))

    assert all_fit.problems == {}
    assert sorted(three_fit.arms) == ["team/a", "team/b", "team/d"]
    assert list(three_fit.problems) == ["team/c"]
    assert two_fit.arms == {"team/a": served["team/a"], "team/b": served["team/b"], "team/d": chosen["team/d"]}
    assert two_fit.problems == dict.fromkeys(
        ("team/b", "team/c"),
        "the route is not served as it is now: too much memory together; write prefixes",
    )


def test_a_table_that_cannot_be_kept_is_an_error() -> None:
    """Nobody knows what happened; the caller keeps what it has."""
    served = {"team/a": _arms("a", {"regex": "a.*"})}

    with pytest.raises(MatcherError, match="cannot be served any more"):
        assemble(served, served, _limited(0))


def test_the_real_limit_is_one_that_routes_can_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    """RE2 says so, and the table is there all the same."""
    monkeypatch.setattr(claims, "REGEX_MEMORY", 20_000)
    greedy = {"regex": "(a|b|c|d|e|f){50,100}x{100,300}"}
    made = _assembled({"team/a": _arms("a", {"prefix": "a-"}), "team/b": _arms("b", greedy)})

    assert list(made.arms) == ["team/a"]
    assert "need too much memory together" in made.problems["team/b"]
