"""From a model name to the rule that serves it: route files, the matcher, the watcher of files, explain.

Law: a model is served by the route that claims it or by none; nothing here ever picks the nearest. A table is
immutable and swapped whole, so one exchange sees one table. Matching and explaining are pure functions of the
table; only ``files`` and ``watcher`` touch a disk, and nothing opens a socket or looks at a clock.
"""
