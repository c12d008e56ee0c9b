"""The routers, seen from the operator: who they are, what they serve, what they counted.

Law: everything that speaks to routers is here. The arithmetic (series, acknowledgements) is pure and apart from the
polling.
"""
