"""Routes and what belongs to them, asked for as the caller."""

import pytest

from sealane_cli.cluster.failures import CommandFailed
from sealane_cli.cluster.routes import MAX_PAGES, Routes, checked, plain_name
from sealane_kube.errors import Forbidden, KubeError, NotFound, Unavailable
from tests.support.scripted_api import NAMESPACE, USER, ScriptedApi, served_route

_SERVER = "https://api.test:6443"


def _routes(*names: str, user: str = "") -> tuple[Routes, ScriptedApi]:
    api = ScriptedApi(*(served_route(name=name) for name in names))
    return Routes(api, NAMESPACE, _SERVER, user=user), api


async def test_a_name_that_is_nearly_right_is_answered_with_the_right_one() -> None:
    """Nobody has to list first."""
    routes, _ = _routes("chat", "code")

    with pytest.raises(CommandFailed, match=r"there is no route chta in namespace team; did you mean chat\?"):
        await routes.get("chta")
    with pytest.raises(CommandFailed, match="see all with: kubectl sealane list -A"):
        await routes.get("x")


async def test_a_cluster_without_the_kinds_says_so() -> None:
    """Every call is a 404 then, and the advice is another one."""
    routes, api = _routes("chat")

    def refuse(method: str, path: str) -> None:
        raise NotFound(f"{method} {path}: HTTP 404", 404)

    api.refuse = refuse

    with pytest.raises(CommandFailed, match="install Sealane's CRDs"):
        await routes.get("chat")
    with pytest.raises(CommandFailed, match="install Sealane's CRDs"):
        await routes.listed()
    with pytest.raises(CommandFailed, match=r"Kubernetes 1\.28"):
        await routes.whoami()


async def test_who_may_get_but_not_list_still_learns_that_the_name_is_wrong() -> None:
    """The names that are near are a courtesy."""
    routes, api = _routes("chat")

    def refuse(_method: str, path: str) -> None:
        if path.endswith("/providerroutes"):
            raise Forbidden("no", 403, call="GET /")

    api.refuse = refuse

    with pytest.raises(CommandFailed, match="there is no route chta in namespace team; check the name"):
        await routes.get("chta")


async def test_impersonation_goes_with_every_call() -> None:
    """Whoever reads the audit log sees it."""
    routes, api = _routes("chat", user="bob")

    await routes.get("chat")
    await routes.listed()
    assert await routes.whoami() == USER

    assert {each["Impersonate-User"] for each in api.headers} == {"bob"}


async def test_a_list_is_read_by_the_page_and_bounded() -> None:
    """Every page is asked for with the mark of the one before; more pages than anybody reads are refused."""
    routes, api = _routes("chat")
    api.pages = MAX_PAGES
    assert len((await routes.listed(everywhere=True))[0]) == 1
    assert [query.get("continue") for query in api.queries[:3]] == [None, "1", "2"]

    api.pages = MAX_PAGES + 1
    with pytest.raises(CommandFailed, match="choose a namespace"):
        await routes.listed(everywhere=True)


async def test_an_error_in_a_watch_is_an_error() -> None:
    """It bears the code by which the follower knows whether to list again."""
    routes, api = _routes("chat")
    api.watches = [[{"type": "ERROR", "object": {"code": 410}}]]

    with pytest.raises(KubeError) as raised:
        async for _ in routes.changes("1"):
            pass
    assert raised.value.status == 410


async def test_a_server_that_is_away_is_named() -> None:
    """By its address, from any call."""
    routes, api = _routes("chat")

    def refuse(_method: str, _path: str) -> None:
        raise Unavailable("no answer within 10 s", call="GET /")

    api.refuse = refuse
    calls = (
        routes.get("chat"),
        routes.listed(),
        routes.whoami(),
        routes.revision("chat-1"),
        routes.revisions("chat"),
        routes.events({}, 5),
    )
    for call in calls:
        with pytest.raises(CommandFailed, match=r"the API server at https://api\.test:6443 does not answer"):
            await call


async def test_a_caller_without_a_name_is_no_caller() -> None:
    """A request has to bear one."""
    routes, api = _routes("chat")
    api.user = ""

    with pytest.raises(CommandFailed, match="does not say who you are"):
        await routes.whoami()


def test_kubectls_spelling_of_a_name_is_understood() -> None:
    """With the kind before it, as kubectl get -o name prints it."""
    assert plain_name("chat") == "chat"
    assert plain_name("pr/chat") == "chat"
    assert plain_name("providerroute.sealane.dev/chat".replace("route.", "routes.")) == "chat"


@pytest.mark.parametrize("name", ["", "..", "a/b", "Chat", "chat?x=1", "-chat", "x" * 254])
def test_what_can_be_no_name_never_becomes_a_path(name: str) -> None:
    """It is refused before anything is asked."""
    with pytest.raises(CommandFailed, match="is no name of a route"):
        plain_name(name)
    with pytest.raises(CommandFailed, match="is no namespace"):
        checked(name, "namespace")
