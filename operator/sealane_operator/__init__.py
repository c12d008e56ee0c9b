"""The operator: makes revisions of ``ProviderRoute`` objects and rolls them out. Not in this release.

Law: this package never imports another deployable; it meets routers only through :mod:`sealane_api` types and
their admin port. Decisions will be pure functions of gathered input, and I/O will sit at the rim. Its folder
``operator/`` must never hold an ``__init__.py``: that would hide Python's own ``operator`` module.
"""
