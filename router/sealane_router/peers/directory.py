"""Where peers are: names resolved to all of their addresses, without this router's own."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from sealane_router.settings.variable import Address

#: Addresses that are known at once; the lowest ones where names have more.
MAX_ADDRESSES = 128

#: All addresses of a name; raises OSError.
Resolve = Callable[[Address], Awaitable[Iterable[Address]]]


class Directory:
    """The addresses behind ``names``, and which process answered last at each.

    ``process`` is this router's: an address that answers with it is its own and is asked no more.
    """

    def __init__(self, names: Sequence[Address], process: str, resolve: Resolve) -> None:
        self._names = names
        self._process = process
        self._resolve = resolve
        self._found: dict[Address, tuple[Address, ...]] = {}
        self._processes: dict[Address, str] = {}
        #: When an address was asked, counted in questions; those never asked come first.
        self._asked: dict[Address, int] = {}
        self._questions = 0

    async def refresh(self) -> int:
        """Resolve every name once; returns how many had no address.

        Those keep the addresses they had: a router whose network is broken must not forget its peers for that.
        """
        failed = 0
        for name in self._names:
            try:
                found = tuple(await self._resolve(name))
            except OSError:
                found = ()
            if found:
                self._found[name] = found
            else:
                failed += 1
        known = set(self._addresses())
        self._processes = {address: each for address, each in self._processes.items() if address in known}
        self._asked = {address: number for address, number in self._asked.items() if address in known}
        return failed

    def everyone(self) -> list[Address]:
        """The addresses of all others, as far as is known."""
        return [address for address in self._addresses() if self._processes.get(address) != self._process]

    def sample(self, most: int) -> list[Address]:
        """Up to ``most`` of them: those that were not asked for longest, so that each has its turn."""
        chosen = sorted(self.everyone(), key=lambda address: self._asked.get(address, 0))[:most]
        for address in chosen:
            self._questions += 1
            self._asked[address] = self._questions
        return chosen

    def answered(self, address: Address, process: str) -> None:
        """Take note of which process answered at an address."""
        self._processes[address] = process

    @property
    def processes(self) -> Mapping[Address, str]:
        """Which process answered last at each address."""
        return self._processes

    @property
    def peers(self) -> int:
        """How many other routers there seem to be: an address that never answered is one."""
        return len({self._processes.get(address, address) for address in self.everyone()})

    def _addresses(self) -> list[Address]:
        distinct = {address for found in self._found.values() for address in found}
        return sorted(distinct, key=lambda address: (address.host, address.port))[:MAX_ADDRESSES]
