"""How many of the known routers are ready, found by asking every one of them."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from sealane_api.report import RouterReport

A = TypeVar("A", bound=Hashable)


@dataclass(frozen=True, slots=True)
class HeadCount:
    """What one count found.

    ``known`` are all routers, the one that counts included. ``answered`` is how many others answered, ``unready`` how
    many others do not answer or are not ready for another reason than a local fault. ``leaving`` and ``left`` are the
    processes of others that mean to leave, or have left, for one.
    """

    known: int
    answered: int
    unready: int
    leaving: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def room(self) -> int:
        """How many routers may be gone for a local fault; each leaves while three quarters of the known are ready.

        The k-th to leave finds ``known - unready - (k - 1)`` ready, which must be at least ``3/4 known``.
        """
        return self.known // 4 - self.unready + 1


def count_heads(process: str, answers: Mapping[A, RouterReport | None], before: Mapping[A, str]) -> HeadCount:
    """Count what the addresses of others answered (None: nothing); ``process`` is the one that counts.

    ``before`` says which process answered last at an address: a router with two addresses is one router.
    """
    heads = {report.process: report for report in answers.values() if report is not None and report.process != process}
    silent = {before.get(address, address) for address, report in answers.items() if report is None}
    silent -= {process, *heads}
    by_standing = {
        standing: tuple(sorted(each for each, report in heads.items() if report.standing == standing))
        for standing in ("leaving", "left")
    }
    unready = sum(not report.ready and report.standing != "left" for report in heads.values())
    # Who means to leave and is unready already is counted once, as unready.
    leaving = tuple(each for each in by_standing["leaving"] if heads[each].ready)
    return HeadCount(
        known=1 + len(heads) + len(silent),
        answered=len(heads),
        unready=unready + len(silent),
        leaving=leaving,
        left=by_standing["left"],
    )
