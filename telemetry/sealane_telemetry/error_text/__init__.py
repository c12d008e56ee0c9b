"""Error texts that may leave the process: credentials and private text masked, the template's own words kept.

Law: pure, total, idempotent and linear in the text's length. When in doubt it masks. What is masked can be told apart
by its hash and never read again.
"""
