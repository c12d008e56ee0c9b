"""The credential store of a router in a cluster: what the watched Secrets hold."""

from typing import Protocol

from sealane_router.upstream.credentials import Credential, CredentialStore

from .secrets import SecretName, SecretState


class States(Protocol):
    """What is asked of the watches; see :class:`.secrets.SecretWatches`."""

    def state(self, name: SecretName) -> SecretState:
        """One Secret as it is known now."""
        ...


class SecretCredentials(CredentialStore):
    """Keeps handles as ``watches`` say; a refresh looks at those alone of whose Secret there may be news."""

    def __init__(self, watches: States) -> None:
        super().__init__()
        self._watches = watches
        self._news: set[SecretName] = set()

    def notice(self, name: SecretName) -> None:
        """Something of this Secret may be new."""
        self._news.add(name)

    def refresh(self) -> set[Credential]:
        """Take the news; returns the handles whose value changed."""
        news, self._news = self._news, set()
        if not news:
            return set()
        concerned = [handle for handle in self._handles() if (handle.namespace, handle.reference.name) in news]
        return {handle for handle in concerned if self._changed(handle)}

    def _read(self, handle: Credential) -> None:
        reference = handle.reference
        state = self._watches.state((handle.namespace, reference.name))
        source = f"Secret {handle.namespace}/{reference.name}"
        if state.values is None:
            handle.lack(source, state.problem or "the API has not said it yet")
        elif (content := state.values.get(reference.key)) is None:
            handle.lack(source, f"there is no key {reference.key} in it")
        else:
            handle.hold(source, content)
