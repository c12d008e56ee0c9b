"""From a model name to the rule that serves it: route files, the matcher, the watcher of files, explain.

Law: a model is served by the route that claims it or by none; nothing here ever picks the nearest. A table is
immutable and swapped whole, so one exchange sees one table. Matching and explaining are pure functions of the
table, but for the chance and the weight that ``splits`` is given; only ``files`` and ``watcher`` touch a disk, nothing
opens a socket, and only ``leases`` looks at a clock, which it is given.
"""
