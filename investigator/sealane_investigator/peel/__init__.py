"""What an error says once its wrappers are off: SDK texts, escaped JSON, HTML, wrapped terminals, cut text.

Law: pure and linear in the length of the text; it never fails.
"""
