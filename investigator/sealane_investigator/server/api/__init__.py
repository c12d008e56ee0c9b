"""Incidents over REST: what is asked, what is answered, what people do to them.

Law: answers are typed structs, and the document that is served is made from those types and nothing else.
"""
