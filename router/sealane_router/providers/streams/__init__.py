"""When an event stream starts, when it is finished, and when it is broken: one module per shape of stream.

The law of this layer: an inspector is fed what the provider sent and returns what may go to the client, byte
for byte the same; it never invents, repairs or reorders an event. What it returns, and its verdict, depend on
the bytes alone and never on how the network cut them.
"""
