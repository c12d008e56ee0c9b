"""Models that a provider rate limits rest for as long as it said."""

_UNSTATED = 1.0
_LONGEST = 60.0
_MOST_MODELS = 1024

#: Timers fire up to a millisecond early; who waited for the end of a pause must not be refused for that.
_SLACK = 0.005


class Pauses:
    """The pauses of one provider, by the model name it was asked for.

    At most 1,024 at once: beyond that the one that ends first is forgotten, which costs a request and a 429.
    """

    __slots__ = ("begun", "ends")

    def __init__(self) -> None:
        #: When each pause ends; empty in good times, which is all the hot path asks.
        self.ends: dict[str, float] = {}
        #: Pauses since the start, for the metrics.
        self.begun = 0

    def pause(self, model: str, stated: float | None, now: float) -> None:
        """Pauses ``model`` for ``stated`` seconds (1 if absent or zero, at most 60); a longer pause stays."""
        wait = min(stated, _LONGEST) if stated is not None and stated > 0 else _UNSTATED
        if model not in self.ends and len(self.ends) >= _MOST_MODELS:
            self._make_room(now)
        self.begun += 1
        self.ends[model] = max(self.ends.get(model, 0.0), now + wait)

    def remaining(self, model: str, now: float) -> float:
        """Seconds until the model's pause ends; 0 when there is none."""
        end = self.ends.get(model)
        if end is None:
            return 0.0
        remaining = end - now
        if remaining <= _SLACK:
            del self.ends[model]
            return 0.0
        return remaining

    def _make_room(self, now: float) -> None:
        self.ends = {model: end for model, end in self.ends.items() if end > now}
        if len(self.ends) >= _MOST_MODELS:
            del self.ends[min(self.ends, key=self.ends.__getitem__)]
