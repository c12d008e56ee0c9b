"""The credential store of a router in a cluster."""

from sealane_api.route_table import SecretRef
from sealane_router.cluster.keys import SecretCredentials
from sealane_router.cluster.secrets import SecretName, SecretState

_REFERENCE = SecretRef("moonshot", "api-key")
_NAME = ("team", "moonshot")


class Watches:
    """Plays the watched Secrets."""

    def __init__(self) -> None:
        self.states: dict[SecretName, SecretState] = {}

    def state(self, name: SecretName) -> SecretState:
        """One of them."""
        return self.states.get(name, SecretState())


def test_a_credential_is_what_its_secret_says() -> None:
    """It says what is wrong until there is a value, and again when that is gone."""
    watches = Watches()
    store = SecretCredentials(watches)
    handle = store.credential("team", _REFERENCE)
    awaited = handle.problem
    said = []
    for state in (
        SecretState(problem="there is no Secret moonshot"),
        SecretState({"other": b"sk-1"}),
        SecretState({"api-key": b"sk-1\n"}),
        SecretState({"api-key": b"sk-2"}, "cannot be read: 403"),
        SecretState({"api-key": b"s k\x00"}),
    ):
        watches.states[_NAME] = state
        store.notice(_NAME)
        said.append((store.refresh(), handle.value, handle.problem))

    bad = "it holds a control character, perhaps a line end in the middle"
    named = "credential team/moonshot/api-key cannot be used:"
    assert awaited == f"{named} the API has not said it yet (Secret team/moonshot)"
    assert said == [
        (set(), None, f"{named} there is no Secret moonshot (Secret team/moonshot)"),
        (set(), None, f"{named} there is no key api-key in it (Secret team/moonshot)"),
        ({handle}, b"sk-1", None),
        ({handle}, b"sk-2", None),
        ({handle}, None, f"{named} {bad} (Secret team/moonshot)"),
    ]


def test_only_what_there_is_news_of_is_looked_at() -> None:
    """A refresh without news costs nothing, whatever the watches say."""
    watches = Watches()
    store = SecretCredentials(watches)
    mine, other = store.credential("team", _REFERENCE), store.bundle("other", _REFERENCE)
    watches.states[_NAME] = SecretState({"api-key": b"sk-1"})
    without_news = store.refresh()
    store.notice(("other", "moonshot"))
    of_another = store.refresh()
    store.notice(_NAME)

    assert (without_news, of_another) == (set(), set())
    assert store.refresh() == {mine}
    assert other.value is None
