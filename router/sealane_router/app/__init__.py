"""The composition root: the only place that knows every part of a router and puts them together.

Law: what happens here happens at start, at a reload or at the end, never once per exchange.
"""
