"""From bytes on the wire to an event that survives a crash: decoding, redaction, the local spool.

Law: what was accepted is counted exactly once, whoever dies in between; nothing is written before it is redacted.
"""
