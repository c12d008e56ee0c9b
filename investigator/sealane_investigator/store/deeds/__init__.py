"""What people do to incidents, one at a time or many at once.

Law: all or nothing, each deed written down with who did it; a fingerprint never changes.
"""
