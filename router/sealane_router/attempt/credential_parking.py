"""Credentials that a provider refuses are set aside, and tried again one probe at a time."""

from sealane_api.route_table import BreakerPolicy

#: Providers answer a single 401 by mistake; two in a row are a verdict.
_UNAUTHORIZED_IN_A_ROW = 2

#: A stated reset further away is taken for a misread date. Monthly plans are the longest there are.
_LONGEST_RESET = 31 * 86_400.0

#: What ``retry_after`` says while the probe is out.
_PROBE_WAIT = 1.0


class CredentialParking:
    """Parks the credential of one provider after two Unauthorized in a row or one QuotaExhausted.

    It is tried again when the Secret's value changes, at the reset time the provider stated, else after
    ``open_for``, which doubles to ``max_open_for`` with each probe that is refused too.

    Tokens work as in the breaker: one shared by all attempts while the credential is in use, one for each
    probe, and none outlives its period. So a late 401 for the old key says nothing about the new one.
    """

    __slots__ = ("_last_token", "_next_wait", "_parked_until", "_policy", "_probe", "_streak", "shared_token")

    def __init__(self, policy: BreakerPolicy) -> None:
        self._policy = policy
        #: The token of all attempts, 0 while parked: the hot path reads it instead of asking.
        self.shared_token = 1
        self._last_token = 1
        self._probe = 0  # the token of the probe that is out
        self._parked_until = 0.0
        self._next_wait = policy.open_for
        self._streak = 0

    @property
    def parked(self) -> bool:
        """Whether the credential is set aside, a probe being out or not."""
        return not self.shared_token

    def available(self, now: float) -> bool:
        """Whether :meth:`acquire` would return a token."""
        return self.shared_token != 0 or (now >= self._parked_until and not self._probe)

    def acquire(self, now: float) -> int:
        """A token to send with, or 0 while the credential is parked."""
        if self.shared_token:
            return self.shared_token
        if self._probe or now < self._parked_until:
            return 0
        self._last_token += 1
        self._probe = self._last_token
        return self._probe

    def succeed(self, token: int) -> None:
        """The provider worked for this credential."""
        if token == self.shared_token:
            self._streak = 0
        elif token and token == self._probe:
            self._use()

    def unauthorized(self, token: int, now: float) -> None:
        """The provider does not know the credential."""
        if token and token == self.shared_token:
            self._streak += 1
            if self._streak >= _UNAUTHORIZED_IN_A_ROW:
                self._park(None, now)
        elif token and token == self._probe:
            self._park(None, now)

    def exhausted(self, token: int, reset_after: float | None, now: float) -> None:
        """The credential's balance or quota is used up; ``reset_after`` is when it comes back, in seconds."""
        if token and token in (self.shared_token, self._probe):
            self._park(reset_after, now)

    def release(self, token: int) -> None:
        """Nothing was learned about the credential: the probe's place is free again."""
        if token and token == self._probe:
            self._probe = 0

    def credential_changed(self) -> None:
        """The Secret has another value: whatever was known is about the old one."""
        self._use()

    def retry_after(self, now: float) -> float:
        """Seconds until a probe could be admitted; 0 when :meth:`acquire` would succeed."""
        if self.available(now):
            return 0.0
        return _PROBE_WAIT if self._probe else self._parked_until - now

    def reconfigure(self, policy: BreakerPolicy) -> None:
        """Takes a reloaded policy; a credential that is parked stays so until the time it was given."""
        self._policy = policy
        if self.shared_token:
            self._next_wait = policy.open_for
        else:
            self._next_wait = min(max(self._next_wait, policy.open_for), policy.max_open_for)

    def _park(self, reset_after: float | None, now: float) -> None:
        self.shared_token = self._probe = self._streak = 0
        if reset_after is not None and reset_after > 0:
            self._parked_until = now + min(reset_after, _LONGEST_RESET)
        else:
            self._parked_until = now + self._next_wait
            self._next_wait = min(self._next_wait * 2, self._policy.max_open_for)

    def _use(self) -> None:
        self._probe = self._streak = 0
        self._last_token += 1
        self.shared_token = self._last_token
        self._next_wait = self._policy.open_for
