"""kopf: what makes it watch routes and revisions, and nothing else of it.

Law: kopf is imported here only, and it only watches. What it sees goes into the world; what is done about that is
decided and written elsewhere.
"""
