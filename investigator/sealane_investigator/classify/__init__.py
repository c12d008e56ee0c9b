"""Which class an error has: code tables, exception tables, ordered message rules, similarity.

Law: pure, and nothing else decides. The message beats the code, the code the type, the type the HTTP status.
"""
