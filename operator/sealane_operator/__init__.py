"""The operator: accepts routes, keeps every revision, rolls changes out step by step and back by itself.

Layers, from the top: ``app`` (composition), ``handlers`` (kopf), ``reconciler`` (gather, judge, decide, write),
``fleet`` | ``kube`` (all I/O: routers, Kubernetes API), ``judgement`` | ``rollout`` (pure), ``world`` (what was seen),
``errors`` | ``settings``. kopf lists, watches and hands on; decisions are pure functions of what was gathered.
"""
