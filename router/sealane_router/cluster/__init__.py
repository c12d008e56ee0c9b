"""How a router follows the Kubernetes API: routes by list and watch, revisions by name, Secrets one by one.

Law: what the API says replaces what it said before, never the other way round, and silence changes nothing: with the
API away a router serves what it last knew for as long as it takes. ``listing``, ``pointers`` and ``choice`` are pure;
``api`` alone speaks to the API server, and ``snapshot`` alone writes to disk. A route's new revision is taken when it
was fetched, belongs to that very route, has the hash that the pointer says, and its Secrets can be read; until then the
route keeps what it has. A key is asked for by namespace and reference, and is held by nothing but the credential store.
"""
