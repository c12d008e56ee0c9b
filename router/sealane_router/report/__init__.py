"""What the investigator is told: every error as an event, and the facts that explain it.

Law: nothing here slows an exchange. What happens on its path is a look-up and an append; text is redacted and written
by the sender, beside the event loop, and what cannot be sent in time is dropped and counted, never waited for. Text of
a provider is kept up to 8,192 characters until it is sent, and leaves redacted; a key is a keyed hash from the moment
it is noted.

``facts`` counts what ``/-/report`` tells on demand; ``noting`` turns what went wrong into entries, ``folding`` makes
one of many that are alike, ``backlog`` keeps them, ``describing`` writes them (``wording`` has our own codes in
words), ``delivery`` alone speaks to the investigator and ``sending`` decides when.
"""
