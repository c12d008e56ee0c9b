"""Judging routes: is the spec valid, may the namespace claim its models, what must exist, which revision holds it.

Law: pure functions of gathered values; no I/O, no clock. Each refusal has a reason for programs and words for people.
"""
