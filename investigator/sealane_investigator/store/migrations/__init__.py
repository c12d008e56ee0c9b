"""How the tables came to be: one module in ``versions`` for each step, run by Alembic in the order of their numbers.

Law: a step never changes once it was released, and only adds, with defaults: code of the release before runs on the
next schema. What is no longer used is removed one release after the code stopped using it.
"""
