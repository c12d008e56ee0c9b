"""The rollout: a pure state machine over what was observed.

Law: :func:`~sealane_operator.rollout.machine.decide` is a function of its arguments; no I/O, no clock, no kopf. Every
phase has a deadline and an abort edge, and everything a restart must remember is in the state, which the status holds.
"""
