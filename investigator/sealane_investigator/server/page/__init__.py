"""The page: three files that a browser reads, and nothing that is made for one reader.

Law: no inline script or style, no other host, and no text reaches the page but as text.
"""
