"""The layers of an exchange, one concern each; ``stack.py`` is the only place that knows their order.

Law: a layer never imports another layer. It takes the next handler, and answers, refuses or passes the exchange on.
"""
