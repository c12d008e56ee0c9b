"""The Kubernetes API as the investigator uses it: Warning events, revisions, and the rollback that a person confirmed.

Law: it only reads, but for one write, which is off until it is allowed and reads the live revision again before it.
"""
