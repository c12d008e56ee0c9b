"""Who may call, for which models, and how much: callers' keys and the limits of rules and tenants.

The law of this layer: it judges an exchange before anything is sent and knows nothing of targets or
providers. Every decision is a pure function of what was gathered; limits take ``now`` (monotonic seconds)
and read no clock. A limit that refuses has debited nothing. Keys are held as digests and compared in
constant time; no key, tenant secret or prompt enters an error text, a log or a metric.
"""
