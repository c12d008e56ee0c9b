"""A request by hand: the annotation that ``kubectl sealane`` writes and the operator carries out once.

The text is ``<user> <verb> <arguments> <id> <time>``. A user's name may hold spaces, so the text is read from its end,
where each verb has a fixed grammar. That is unambiguous: the verb stands at a fixed distance from the end, and what is
left of it is the user whole. An admission policy (``k8s/policies``) makes sure that it is whoever writes it:
what follows that name and a space must have the rest of the grammar, or ``jane`` could write as ``jane doe``.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sealane_api.problems import shown

REQUEST_ANNOTATION = "sealane.dev/request"

MAX_LENGTH = 512

_ID = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,62}[a-z0-9])?")
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


class Verb(StrEnum):
    """What can be asked for."""

    PROMOTE = "promote"
    """Go to the next step now; with ``full``, all the way."""
    PAUSE = "pause"
    """Stay at this step."""
    RESUME = "resume"
    """Go on from where it was paused."""
    ABORT = "abort"
    """Give the candidate up; stable serves everybody."""
    RETRY = "retry"
    """Try a revision again that was rolled back or given up."""
    UNDO = "undo"
    """Go back to a revision at once: the one named, or the one before."""


#: What may stand between verb and id, as one word.
_ARGUMENT = {Verb.PROMOTE: re.compile("full"), Verb.UNDO: _NUMBER}


@dataclass(frozen=True, slots=True)
class Request:
    """``user`` is a Kubernetes user name, ``id`` names the request for ever, ``at`` is in seconds since the epoch."""

    user: str
    verb: Verb
    arguments: tuple[str, ...]
    id: str
    at: float

    def text(self) -> str:
        """Return the annotation's value. Raises ValueError when it would not be read as this request."""
        at = datetime.fromtimestamp(self.at, UTC).strftime(_TIME)
        text = " ".join((self.user, self.verb.value, *self.arguments, self.id, at))
        read = Request.parse(text)
        if (read.user, read.verb, read.arguments, read.id) != (self.user, self.verb, self.arguments, self.id):
            raise ValueError(f"found {shown(text)}, which reads as a request of {shown(read.user)}")
        return text

    @classmethod
    def parse(cls, text: str) -> "Request":
        """Read an annotation's value. Raises ValueError with what was found and what to write."""
        if len(text) > MAX_LENGTH:
            raise ValueError(f"found {len(text)} characters; write at most {MAX_LENGTH}")
        words = text.split(" ")
        if len(words) < 4:
            raise ValueError(f"found {shown(text)}; write USER VERB [ARGUMENT] ID TIME")
        *front, identity, time = words
        if not _ID.fullmatch(identity):
            raise ValueError(f"found the id {shown(identity)}; write letters a-z, digits and dashes, at most 64")
        at = _seconds(time)
        user, verb, arguments = _split(front, text)
        return cls(user, verb, arguments, identity, at)


def _split(front: list[str], text: str) -> tuple[str, Verb, tuple[str, ...]]:
    last = front[-1]
    verb = _verb(last)
    if verb is not None:
        users: list[str] = front[:-1]
        arguments: tuple[str, ...] = ()
    else:
        users, arguments = front[:-2], (last,)
        verb = _verb(front[-2])
        argument = _ARGUMENT.get(verb) if verb is not None else None
        if verb is None or argument is None or not argument.fullmatch(last):
            raise ValueError(
                f"found {shown(text)}; write one of {', '.join(Verb)} before the id (promote full, undo 7)"
            )
    user = " ".join(users)
    if not user or user != user.strip() or not user.isprintable():
        raise ValueError(f"found {shown(text)}; write the name of the user before the verb")
    return user, verb, arguments


def _verb(word: str) -> Verb | None:
    return Verb(word) if word in set(Verb) else None


def _seconds(text: str) -> float:
    try:
        return datetime.strptime(text, _TIME).replace(tzinfo=UTC).timestamp()
    except ValueError as error:
        raise ValueError(f"found the time {shown(text)}; write one such as 2026-11-22T23:00:00Z") from error
