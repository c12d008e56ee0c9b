"""The words of the investigator as frozen values; everything above speaks in them.

Law: data only, no I/O and no decision that needs more than the value itself.
"""
