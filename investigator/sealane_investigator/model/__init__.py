"""A language model asked about one incident: the question, the bounds, the answer that must cite evidence.

Law: error text is data, never instruction; a model chooses from closed lists and never overrides a documented code.
"""
