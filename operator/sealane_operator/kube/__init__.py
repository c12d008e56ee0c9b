"""The Kubernetes API: the only package that writes to it.

Law: it asks through :mod:`sealane_kube`, one attempt for each call, and raises its errors. Pointers and
status are written with the resourceVersion that they were decided on.
"""
