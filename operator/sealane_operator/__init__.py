"""The operator: accepts routes, keeps every revision, rolls changes out step by step and back by itself.

Layers, from the top: ``app`` (composition), ``handlers`` (kopf), ``reconciler`` (gather, judge, decide, write),
``fleet`` | ``kube`` (all I/O: routers, Kubernetes API), ``judgement`` and below it ``rollout`` (pure), ``world``
(what was seen), ``settings``.

Law: imports point down only, and this package never imports another deployable; it meets routers through
:mod:`sealane_api` types and their admin port. Decisions are pure functions of gathered input; I/O sits at the rim.
Its folder ``operator/`` must never hold an ``__init__.py``: that would hide Python's own ``operator`` module.
"""
