"""What to do about a diagnosis: text, exact change, evidence, risk.

Law: pure. Patches and commands are rendered by this code and by nothing else.
"""
