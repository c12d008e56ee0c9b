"""How a deployable is told its settings: ``SEALANE_*`` variables and flags, and messages for those who wrote them.

``variable`` says how one setting is written and parses what people write, ``reading`` reads groups of them and finds
what was misspelt. Which settings there are, each deployable says itself.

Law: nothing here knows a deployable or one of its settings, and no message holds more of a value than its first 100
characters.
"""
