"""The transaction that counts a batch of events.

Law: an event whose id was seen is counted never again, and no row is touched in another order than ids, reporters,
limits, keys, incidents by number, what belongs to them, notices, the stream: two batches can wait for each other, but
not in a circle.
"""
