"""The composition root: the only place that knows every part of the operator and puts them together.

Law: nothing is decided here about a route; parts are made, run side by side, and ended in an order in which nothing is
written by who does not lead.
"""
