"""The stub provider: a server that behaves as Moonshot, Z.ai or an OpenAI host does, and misbehaves to order.

Law: what to answer (``service`` and everything it imports) is pure and knows no socket; what goes over the
wire, byte by byte, is decided in ``staging`` and done in ``delivery``; only ``connection``, ``link`` and
``server`` touch asyncio. No HTTP server library stands between: a fault must be able to break any rule of the
protocol.
"""
