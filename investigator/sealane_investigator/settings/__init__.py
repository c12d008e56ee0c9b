"""The settings of an investigator: `SEALANE_*` variables, each with a flag.

Law: no bad value survives the start; it is refused with its name and the remedy.
"""
