"""Wordings with which a provider refuses: who asks, what was asked, how much of it.

Law: wordings alone. What a number means is decided by a condition beside its rule, nothing else is.
"""
