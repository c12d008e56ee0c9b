"""Words of one subject that stand near each other, in whatever sentence: the wordings that nobody has written down.

Law: hints all. They speak where neither a known wording nor a code nor a telling type does, before the bare status.
"""
