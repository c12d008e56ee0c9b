"""Wordings of what failed on the way or behind it: networks, streams, providers, databases, workloads.

Law: wordings alone, and none that a provider uses for a refusal.
"""
