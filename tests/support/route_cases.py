"""Documents and what becomes of them: one table, judged by the classes of ``sealane_api`` and by a real API server."""
