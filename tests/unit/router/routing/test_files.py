"""Route files become one table, or one list of problems with their lines."""

from pathlib import Path

import pytest
import yaml

from sealane_api.problems import MAX_PROBLEMS, InvalidRoutes
from sealane_router.routing.files import MAX_FILE_BYTES, LoadedRoutes, load_routes, route_files
from tests.support.resources import Document, edited, provider, route, rule

EXAMPLES = Path(__file__).parents[4] / "examples"


def write(path: Path, *documents: Document) -> Path:
    """A file with these documents."""
    path.write_text(yaml.safe_dump_all(documents, sort_keys=False))
    return path


def problems(*paths: Path, laptop: bool = True) -> list[str]:
    """What the files are refused for, without their folder."""
    with pytest.raises(InvalidRoutes) as caught:
        load_routes(paths, laptop=laptop)
    return [str(problem).replace(f"{path.parent}/", "") for problem in caught.value.problems for path in paths[:1]]


def names(loaded: LoadedRoutes) -> list[str]:
    """The names of the routes as written."""
    return [one.name for one in loaded.routes]


@pytest.mark.parametrize("laptop", [True, False])
def test_the_example_is_valid_everywhere(*, laptop: bool) -> None:
    """With Kimi's prefixes at Moonshot, GLM's at Z.ai, and the fallback between them."""
    loaded = load_routes([EXAMPLES / "routes.yaml"], laptop=laptop)
    [found] = loaded.routes
    kimi, glm = found.rules

    assert [pattern.text for one in found.rules for pattern in one.patterns] == ["kimi-", "moonshot-v1-", "glm-"]
    assert [target.provider.name for target in (*kimi.targets, *glm.targets)] == ["moonshot", "zai"]
    assert kimi.fallback is not None
    assert [(one.provider.name, one.model, one.remove) for one in kimi.fallback.targets] == [
        ("zai", "glm-4.7", ("thinking",))
    ]
    assert [str(one.credential) for one in found.providers] == [
        "SecretRef(name='moonshot', key='api-key')",
        "SecretRef(name='zai', key='api-key')",
    ]


def test_several_documents_and_files_make_one_table(tmp_path: Path) -> None:
    """Each route says where it came from."""
    one = write(tmp_path / "one.yaml", route("a", rules=[rule(prefix="a")]), route("b", rules=[rule(prefix="b")]))
    two = write(tmp_path / "two.yaml", route("c", rules=[rule(prefix="c")]))

    loaded = load_routes([two, one])

    assert [(document.source, document.document, document.route.name) for document in loaded.documents] == [
        (str(two), 1, "c"),
        (str(one), 1, "a"),
        (str(one), 2, "b"),
    ]
    assert [found.name for found in loaded.table.routes] == ["a", "b", "c"]
    assert loaded.files == (two, one)
    assert loaded.documents[0].resource.metadata.name == "c"


def test_a_directory_stands_for_its_yaml_files(tmp_path: Path) -> None:
    """Sorted, not recursive, without hidden ones, and through the links of a mounted ConfigMap."""
    data = tmp_path / "..2026_11_22"
    data.mkdir()
    write(data / "b.yaml", route("b", rules=[rule(prefix="b")]))
    (tmp_path / "..data").symlink_to(data.name)
    (tmp_path / "b.yaml").symlink_to("..data/b.yaml")
    write(tmp_path / "a.yml", route("a", rules=[rule(prefix="a")]))
    write(tmp_path / ".hidden.yaml", route("hidden"))
    (tmp_path / "notes.txt").write_text("not YAML: [")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "sub").mkdir()
    write(tmp_path / "sub" / "c.yaml", route("c"))

    assert names(load_routes([tmp_path])) == ["a", "b"]
    assert route_files([tmp_path, tmp_path / "gone.yaml"]) == (
        tmp_path / "a.yml",
        tmp_path / "b.yaml",
        tmp_path / "gone.yaml",
    )


def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    """By itself and by its directory."""
    file = write(tmp_path / "a.yaml", route())
    assert names(load_routes([file, tmp_path, file])) == ["assistants"]


def test_a_list_as_kubectl_prints_it_is_read(tmp_path: Path) -> None:
    """And its problems have the path through it."""
    items = [route("a", rules=[rule(prefix="a")]), route("b", rules=[rule(prefix="b")])]
    for kind in ("List", "ProviderRouteList"):
        listed = {"apiVersion": "v1", "kind": kind, "items": items, "metadata": {"resourceVersion": ""}}
        assert names(load_routes([write(tmp_path / "a.yaml", listed)])) == ["a", "b"]

    broken = {"kind": "List", "items": [items[0], edited(items[1], "spec.suspend", "no")]}
    [problem] = problems(write(tmp_path / "a.yaml", broken))
    assert problem.startswith("a.yaml:")
    assert problem.endswith("document 1: items[1].spec.suspend: found 'no'; write true or false")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "a.yaml: found no route; write a ProviderRoute"),
        ("# nothing\n---\n", "a.yaml: found no route; write a ProviderRoute"),
        ("kind: List\nitems: []\n", "a.yaml: found no route; write a ProviderRoute"),
        ("kind: List\n", "a.yaml:1: document 1: items: found nothing (null); write a list of routes"),
        (
            "apiVersion: v1\nkind: Secret\n",
            (
                "a.yaml:2: document 1: kind: found 'Secret'; write ProviderRoute, or remove this document: "
                "nothing else is served from files"
            ),
        ),
        (
            "- a\n",
            "a.yaml:1: document 1: found a list of 1; write a mapping with apiVersion, kind, metadata, spec",
        ),
    ],
)
def test_a_file_without_a_route_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    """An empty file is a bad edit."""
    path = tmp_path / "a.yaml"
    path.write_text(text)
    assert problems(path) == [problem]


@pytest.mark.parametrize("kind", ["[List]", "{}", "1", "~", "true"])
def test_a_kind_that_is_no_text_is_refused(tmp_path: Path, kind: str) -> None:
    """Like any other field."""
    path = tmp_path / "a.yaml"
    path.write_text(f"kind: {kind}\n")
    assert any(": kind: " in problem for problem in problems(path))


def test_what_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    """A file that is not there, a directory without files, and no file at all."""
    (tmp_path / "empty").mkdir()
    missing = "found nothing to read (No such file or directory); name a readable file or directory"

    assert problems(tmp_path / "gone.yaml", tmp_path / "empty") == [
        "empty: found no file named *.yaml or *.yml; write one with a route",
        f"gone.yaml: {missing}",
    ]
    with pytest.raises(InvalidRoutes, match="routes: found no file; name at least one"):
        load_routes([])


def test_a_file_above_the_limit_is_not_read(tmp_path: Path) -> None:
    """A sparse one costs nothing to refuse."""
    path = tmp_path / "a.yaml"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    assert problems(path) == ["a.yaml: found more than 16 MiB; split the file"]


def test_problems_of_all_files_are_reported_in_the_order_of_their_lines(tmp_path: Path) -> None:
    """Of the YAML, of the fields and of the laws, in one run."""
    (tmp_path / "a.yaml").write_text(
        """\
apiVersion: sealane.dev/v1alpha1
kind: ProviderRoute
metadata: {name: a}
spec:
  providers:
  - name: moonshot
    base_url: https://api.moonshot.ai/v1
  rules:
  - name: on
    models: [{prefix: 12}]
    targets:
    - provider: moonshot
      weight: "5"
      weight: 6
"""
    )
    write(tmp_path / "b.yaml", edited(route("b"), "spec.suspend", 1))

    found = problems(tmp_path / "a.yaml", tmp_path / "b.yaml")

    assert [problem.replace("document 1: ", "").split(";")[0] for problem in found] == [
        "a.yaml:6: spec.providers[0].baseURL: missing",
        "a.yaml:7: spec.providers[0].base_url: found an unknown field",
        "a.yaml:9: spec.rules[0].name: found true (boolean)",
        "a.yaml:10: spec.rules[0].models[0].prefix: found 12 (integer)",
        "a.yaml:13: spec.rules[0].targets[0].weight: found '5'",
        "a.yaml:14: spec.rules[0].targets[0].weight: found the key a second time (first on line 13)",
        "b.yaml:15: spec.suspend: found 1 (integer)",
    ]


def test_a_conflict_between_files_is_reported_in_both(tmp_path: Path) -> None:
    """With line and document of each."""
    one, two = write(tmp_path / "a.yaml", route("a")), write(tmp_path / "b.yaml", route("b", rules=[rule("chat")]))

    place = "{0}.yaml:12: spec.rules[0].models[0].prefix: found 'kimi-', which rule {1} claims too ({2}.yaml:12)"

    assert [problem.replace("document 1: ", "").split(";")[0] for problem in problems(one, two)] == [
        place.format("a", "'chat' of default/b", "b"),
        place.format("b", "'kimi' of default/a", "a"),
    ]


def test_two_routes_of_one_name_are_reported_with_both_places(tmp_path: Path) -> None:
    """Within one file, too."""
    path = write(tmp_path / "a.yaml", route("a"), edited(route("a"), "spec.rules.0.models.0.prefix", "glm-"))
    assert problems(path) == [
        "a.yaml:19: document 2: metadata.name: found a second route default/a (first at a.yaml:4); write another name"
    ]


def test_a_regex_is_judged_by_re2(tmp_path: Path) -> None:
    """Unless another judge is handed in."""
    path = write(tmp_path / "a.yaml", edited(route(), "spec.rules.0.models.0", {"regex": "(a"}))
    [problem] = problems(path)

    assert "found '(a', which RE2 refuses (missing ): (a); write an RE2 expression" in problem
    assert load_routes([path], check_regex=lambda _: None).routes


def test_loopback_is_admitted_on_a_laptop_only(tmp_path: Path) -> None:
    """Where the provider allows insecurity."""
    local = provider(baseURL="http://127.0.0.1:8081/v1", allowInsecure=True)
    path = write(tmp_path / "a.yaml", route(providers=[local]))

    assert load_routes([path]).routes[0].providers[0].base_url == "http://127.0.0.1:8081/v1"
    assert "a loopback address" in problems(path, laptop=False)[0]


def test_a_hundred_problems_are_kept_and_the_rest_counted(tmp_path: Path) -> None:
    """Over all files together."""
    broken = [edited(route(f"r{number}"), "spec.suspend", "no") for number in range(80)]
    paths = [write(tmp_path / f"{name}.yaml", *broken) for name in "ab"]

    with pytest.raises(InvalidRoutes) as caught:
        load_routes(paths)

    assert len(caught.value.problems) == MAX_PROBLEMS
    assert caught.value.more == 60


def test_a_route_of_full_size_is_loaded(tmp_path: Path) -> None:
    """64 rules with 16 patterns and 16 targets each, and as many fallback targets."""
    providers = [provider(f"p{number}") for number in range(16)]
    targets = [{"provider": f"p{number}", "model": f"m{number}"} for number in range(16)]
    rules = [
        rule(
            f"r{number}",
            models=[{"prefix": f"m-{number}-{nth}-"} for nth in range(16)],
            targets=targets,
            fallback={"targets": targets},
        )
        for number in range(64)
    ]
    text = "\n".join(str(yaml.dump(route(providers=providers, rules=rules), Dumper=yaml.CSafeDumper)).splitlines())
    path = tmp_path / "a.yaml"
    path.write_text(text)

    [loaded] = load_routes([path]).routes

    assert sum(len(one.patterns) for one in loaded.rules) == 1024
    assert sum(len(one.targets) for one in loaded.rules) == 1024
