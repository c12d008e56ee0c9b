"""An error without its wrappers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Peeled:
    """What an error says, whoever wrapped it.

    ``message`` is the innermost wording, in one line. ``code``, ``type``, ``param`` and ``status`` are what the
    innermost error object states; ``status`` else what a wrapper or the caller states. ``exceptions`` are the names of
    exception classes that were found, outermost first, and ``layers`` the names of the wrappers that were taken off.
    ``text`` is everything in one line after unescaping, for rules that need what stands around the message. ``family``
    is the API family that worded it (``moonshot``, ``zai``, ``openai`` …), None for transport, TLS, DNS, databases and
    Kubernetes. ``cut`` says that the text ended in the middle of something.
    """

    text: str
    message: str
    code: str | None = None
    type: str | None = None
    param: str | None = None
    status: int | None = None
    family: str | None = None
    exceptions: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    cut: bool = False
