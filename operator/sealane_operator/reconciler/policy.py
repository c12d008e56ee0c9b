"""Whether the API server makes sure that the user in a request is the one who sent it."""

from collections.abc import Callable

from sealane_operator.reconciler.interfaces import Kube

#: An answer holds for so many seconds.
FRESH_SECONDS = 60.0


class Policy:
    """The admission policy of the chart, asked for at most once a minute."""

    def __init__(self, kube: Kube, monotonic: Callable[[], float]) -> None:
        self._kube = kube
        self._monotonic = monotonic
        self._asked = float("-inf")
        self._exists = False

    async def exists(self) -> bool:
        """Tell whether it was there at the last look."""
        if self._monotonic() - self._asked >= FRESH_SECONDS:
            self._exists = await self._kube.policy_exists()
            self._asked = self._monotonic()
        return self._exists
