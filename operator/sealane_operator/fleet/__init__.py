"""The routers, seen from the operator: who they are, what they serve, what they counted.

Law: everything that speaks to routers is here and nowhere else. The arithmetic (series, acknowledgements) is pure and
never mixed with the polling.
"""
