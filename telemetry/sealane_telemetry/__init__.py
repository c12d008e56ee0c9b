"""What leaves for observers: log lines, metrics and health reports.

``redaction`` turns private text into its length and hash, ``tracebacks`` shows where an exception came from
without what it says; ``log_line`` is the shape of every log line and the allow-list of its fields; ``logs``
writes the lines of our own loggers, ``library_logs`` those of everybody else's, ``exchange_log`` the one line
an exchange leaves behind. ``metrics`` declares every metric of a router on the families of ``series``;
``exchange_counters`` binds those that every exchange touches. ``health`` renders checks the way Kubernetes
does. ``settings`` is the one thing that comes in: how every deployable reads its variables and flags.

Law: everything that leaves for observers passes here, hence redaction lives here. Nothing is logged because
nobody forbade it: a field is known and of a known type, or it leaves as length and hash. A prompt, an answer,
a file, a key or a token is never a log field, a metric label or part of a reason. Imports: the standard
library, prometheus_client, structlog and sealane_api; no sockets, no tasks, no event loop.
"""
