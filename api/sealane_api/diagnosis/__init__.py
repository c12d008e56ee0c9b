"""What an error is called, from the router that saw it to the investigator that explains it.

Law: closed vocabularies and the frozen values that carry them; no I/O and no judgement.
"""
