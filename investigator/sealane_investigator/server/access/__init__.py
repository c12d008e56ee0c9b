"""Who may do what: the token file, and the token of a request.

Law: nobody is let in without a token, and no token is kept, logged or compared in a time that tells of it.
"""
