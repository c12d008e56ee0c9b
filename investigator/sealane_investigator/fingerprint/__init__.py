"""The name of a message template: API family and documented code, or the normalised wording.

Law: pure, versioned. Nothing that varies between two occurrences of one template is part of it.
"""
