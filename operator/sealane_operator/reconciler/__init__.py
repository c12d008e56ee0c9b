"""The one level-based function: gather, judge, decide, write.

Law: it may be called at any time, any number of times, and ended anywhere; what it does depends on what is there, never
on what happened.
"""
