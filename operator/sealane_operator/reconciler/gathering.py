"""Before a route is judged: what it says, what is known of it, and that every other route is known as well."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from sealane_kube.raw import Raw
from sealane_operator.judgement.claims import Grants, Standing, refusal_of_claims
from sealane_operator.judgement.refusal import Refusal
from sealane_operator.judgement.requests import forgotten_request
from sealane_operator.judgement.revisions import rebuilt
from sealane_operator.judgement.status import read_status, state_of
from sealane_operator.judgement.validation import ValidSpec, validated
from sealane_operator.reconciler.access import Access
from sealane_operator.reconciler.claim_book import ClaimBook
from sealane_operator.reconciler.contents import Contents
from sealane_operator.reconciler.interfaces import Mark, Seen
from sealane_operator.reconciler.snapshots import Snapshots
from sealane_operator.reconciler.view import View, asked_standing, secrets_of, standings_of
from sealane_operator.rollout.model import RolloutState

#: Routes that are looked at in one go before others on the loop have their turn.
_AT_ONCE = 20


class Gathering:
    """Reads routes and enters what they claim and refer to."""

    def __init__(
        self, seen: Seen, snapshots: Snapshots, contents: Contents, access: Access, grants: Grants, mark: Mark
    ) -> None:
        self._seen = seen
        self._snapshots = snapshots
        self._contents = contents
        self._access = access
        self._grants = grants
        self._mark = mark
        self._book = ClaimBook()
        self._roll_called = False
        self._roll_call = asyncio.Lock()

    async def call_the_roll(self, newest: Callable[[str, Raw], Raw]) -> None:
        """Once, before anything is judged: enter every route that is there.

        Otherwise a route could be given what another one serves that was not looked at yet, and a Role could lose names
        that others need. ``newest`` returns the newest copy of a route.
        """
        async with self._roll_call:
            if self._roll_called:
                return
            for count, (key, raw) in enumerate(list(self._seen.routes.items())):
                if count % _AT_ONCE == 0:
                    await asyncio.sleep(0)
                self._enter_first(await self.view(newest(key, raw)))
            self._roll_called = True

    def regrant(self, grants: Grants) -> None:
        """Judge claims by other grants from now on."""
        self._grants = grants

    async def view(self, raw: Raw) -> View:
        """Read one route, and the revisions that it points at where they are not known."""
        spec, status = validated(raw), read_status(raw)
        content = spec.hash if isinstance(spec, ValidSpec) else None
        state = state_of(status)
        contents = await self._contents.gather(raw, state, content)
        if state.stable is None or state.stable.revision not in contents:
            # A status that is lost, or points at nothing: what the labels say is better, if they say anything.
            again = rebuilt(self._snapshots.history(raw), state)
            if again.stable is not None and again.stable != state.stable:
                if status.observed_generation is None:
                    again = replace(again, last_request=again.last_request or forgotten_request(raw))
                state, contents = again, await self._contents.gather(raw, again, content)
        return View(raw, spec, state, status, contents)

    def judge_claims(self, view: View) -> Refusal | None:
        """Judge what a spec claims and enter it, in one go: of two that ask for one pattern, one is accepted."""
        spec = view.spec
        if isinstance(spec, Refusal):
            self._enter(view, None)
            return spec
        refusal = refusal_of_claims(
            spec.claims,
            view.namespace,
            self._grants,
            lambda subject: self._book.owner_for(view.key, view.created, subject),
        )
        self._enter(view, asked_standing(view, refusal))
        return refusal

    def judge_revision(self, view: View, number: int) -> Refusal | None:
        """Judge what another revision of the route would claim if it were to serve."""
        return refusal_of_claims(
            view.contents[number].claims,
            view.namespace,
            self._grants,
            lambda subject: self._book.owner_for(view.key, view.created, subject),
        )

    def enter_pointers(self, view: View, state: RolloutState, asked: Standing | None) -> None:
        """Note what a route claims with the pointers of ``state``; whoever waited for the rest is looked at again."""
        standings = standings_of(state, view.contents, view.spec, asked)
        for key in self._book.enter(view.key, view.created, standings):
            self._mark(key)

    def hold(self, view: View, state: RolloutState, asked: Standing | None) -> None:
        """Note what a route claims by its old and its new pointers together."""
        standings = standings_of(state, view.contents, view.spec, asked)
        for subject, (standing, rule) in standings_of(view.state, view.contents, view.spec, asked).items():
            known = standings.get(subject)
            if known is None or known[0] > standing:
                standings[subject] = (standing, rule)
        for key in self._book.enter(view.key, view.created, standings):
            self._mark(key)

    async def forget(self, key: str) -> None:
        """A route is gone: its patterns and its Secrets are free."""
        for heir in self._book.forget(key):
            self._mark(heir)
        self._contents.forget(key)
        self._snapshots.forget(key)
        await self._access.forget(key.partition("/")[0], key)

    def _enter(self, view: View, asked: Standing | None) -> None:
        self.enter_pointers(view, view.state, asked)

    def _enter_first(self, view: View) -> None:
        asked = None
        if isinstance(view.spec, ValidSpec):
            nobody_else = refusal_of_claims(view.spec.claims, view.namespace, self._grants, lambda _subject: None)
            asked = None if nobody_else is not None else Standing.HOLDS if view.was_accepted else Standing.ASKS
        self._enter(view, asked)
        self._access.enter(view.namespace, view.key, secrets_of(view.state, view.contents))
