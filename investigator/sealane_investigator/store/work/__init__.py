"""What replicas share out among themselves: investigations, notices, the model's budget, what gets old.

Law: a claim is one conditional update on the database's clock, and its fence is compared again when the result is
written; nobody asks a replica's own clock who has what.
"""
