"""The store on both databases."""

from tests.support.stores import clock, database, database_url, opener, postgres, sqlite_store, store

__all__ = ["clock", "database", "database_url", "opener", "postgres", "sqlite_store", "store"]
