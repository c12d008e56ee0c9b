"""Where peers are, and whose turn it is."""

from sealane_router.peers.directory import MAX_ADDRESSES, Directory
from sealane_router.settings.variable import Address

_NAME, _OTHER = Address("routers.test", 9090), Address("more.test", 9091)


def _at(number: int) -> Address:
    return Address(f"10.0.{number // 256}.{number % 256}", 9090)


class _Names:
    """What the resolver knows."""

    def __init__(self, count: int) -> None:
        self.found: dict[Address, list[Address]] = {_NAME: [_at(number) for number in range(count)]}

    async def resolve(self, name: Address) -> list[Address]:
        if name not in self.found:
            raise OSError("no such name")
        return self.found[name]


async def _directory(names: _Names, *wanted: Address) -> Directory:
    directory = Directory(wanted or (_NAME,), "me", names.resolve)
    await directory.refresh()
    return directory


async def test_a_name_has_all_of_its_addresses() -> None:
    """Each once, though several names have it."""
    names = _Names(3)
    names.found[_OTHER] = [_at(2), _at(3)]
    directory = await _directory(names, _NAME, _OTHER)

    assert directory.everyone() == [_at(0), _at(1), _at(2), _at(3)]
    assert directory.peers == 4


async def test_its_own_address_is_asked_once_and_no_more() -> None:
    """The process says whose it is."""
    directory = await _directory(_Names(3))
    directory.answered(_at(1), "me")
    directory.answered(_at(2), "p2")

    assert directory.everyone() == [_at(0), _at(2)]
    assert directory.peers == 2


async def test_two_addresses_of_one_process_are_one_peer() -> None:
    """A Service of two families has both."""
    directory = await _directory(_Names(3))
    directory.answered(_at(0), "p0")
    directory.answered(_at(1), "p0")

    assert (directory.peers, len(directory.everyone())) == (2, 3)


async def test_a_name_that_fails_keeps_what_it_had() -> None:
    """And is counted; an empty answer is a failure too."""
    names = _Names(2)
    directory = await _directory(names)
    names.found[_NAME] = []
    empty = await directory.refresh()
    del names.found[_NAME]
    unknown = await directory.refresh()

    assert (empty, unknown, len(directory.everyone())) == (1, 1, 2)


async def test_who_went_is_forgotten() -> None:
    """A later router at that address may be another one, or this one no more."""
    names = _Names(2)
    directory = await _directory(names)
    directory.answered(_at(0), "me")
    directory.sample(5)
    names.found[_NAME] = [_at(1)]
    await directory.refresh()
    gone = dict(directory.processes), set(directory._asked)
    names.found[_NAME] = [_at(0), _at(1)]
    await directory.refresh()

    assert gone == ({}, {_at(1)})
    assert directory.everyone() == [_at(0), _at(1)]


async def test_everybody_has_a_turn() -> None:
    """Those not asked for longest come first."""
    directory = await _directory(_Names(12))
    turns = [directory.sample(5) for _ in range(5)]

    assert [len(set(turn)) for turn in turns] == [5] * 5
    assert {address for turn in turns[:3] for address in turn} == set(directory.everyone())
    asked = [address for turn in turns for address in turn]
    assert max(asked.count(each) for each in set(asked)) <= 3


async def test_so_many_addresses_and_no_more() -> None:
    """The same ones at every look."""
    directory = await _directory(_Names(MAX_ADDRESSES + 1))
    before = directory.everyone()
    await directory.refresh()

    assert len(before) == MAX_ADDRESSES
    assert directory.everyone() == before
    assert len(directory.sample(1000)) == MAX_ADDRESSES
