"""How a router follows the Kubernetes API: routes by list and watch, revisions by name, Secrets one by one.

Law: with the API away a router serves what it last knew for as long as it takes. ``pointers``, ``choice`` and ``table``
are pure; ``snapshot`` alone touches the disk. A route's new revision is taken when it was fetched, belongs to that very
route, has the hash that the pointer says, and its Secrets can be read; until then the route keeps what it has. A key is
asked for by namespace and reference; its value goes from the Secret's watch to the credential store, and nowhere else
but to the snapshot in memory, where somebody asked for one.
"""
