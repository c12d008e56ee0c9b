"""The command line: ``sealane`` for people, ``kubectl-sealane`` for kubectl.

Law: commands read arguments, call what the other packages offer, and print. Nothing here decides how a request is
served, and nothing else imports this package.
"""
