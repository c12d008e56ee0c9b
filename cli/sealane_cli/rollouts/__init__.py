"""The verbs of ``kubectl sealane``: what people read about a rollout, and what they ask of it.

Law: a verb reads objects through :mod:`sealane_cli.cluster` and prints to a :class:`~.screen.Screen`; what the objects
mean is decided by pure functions of them. The one thing written is the annotation of a request; the operator alone
carries it out.
"""
