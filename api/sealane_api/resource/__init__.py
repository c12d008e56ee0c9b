"""The parts of a ``ProviderRoute``, from the scalar to the rule.

The law of this package: every field, bound and default stands in exactly one class; everything is strict (no text
becomes a number), closed (an unknown field is refused) and immutable; every refusal says what to write instead. The
words are chosen where the type is declared, and ``wording.py`` makes sentences of them.
"""
