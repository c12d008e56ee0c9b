"""The settings of an investigator: `SEALANE_*` variables, each with a flag.

Law: a bad value is refused at start, with its name and the remedy.
"""
