"""Whether, where and when an exchange is tried: breaker, retry budget, parking, pauses, slots, plan.

The law of this layer: everything here is a pure state machine. It takes ``now`` (monotonic seconds) and an
injected ``random`` (a float in [0, 1)), and it never reads a clock, sleeps, opens a socket or knows a loop;
who waits and who sends is decided above. Every piece of state is bounded, and whatever is acquired is
settled exactly once: succeeded, failed, or released because nothing was learned.

``gate.py`` is what one provider admits, ``plan.py`` is what one exchange does next; the other modules are
their parts.
"""
