"""Brings a provider's answer to the client: whole, as a stream of events, or as bytes.

Law: nothing reaches the client before commit, and after commit nothing is hidden: an answer that breaks ends in a
way the client can tell from success.
"""
