"""The Kubernetes API: the only package that writes to it.

Law: one attempt for each call, with a time limit; errors are translated once, into :mod:`sealane_operator.errors`.
Pointers and status are written with the resourceVersion that they were decided on.
"""
