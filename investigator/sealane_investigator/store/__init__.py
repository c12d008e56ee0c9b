"""Incidents in SQLite or PostgreSQL: tables, migrations, the transaction that counts, and the queries of the API.

Law: insert-if-new, the count and the stream number are one transaction; counts are exact, only samples are bounded.
"""
