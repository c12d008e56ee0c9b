"""The message rules, a module for each subject; their wordings say what they match, their names what they mean.

Law: no rule knows another; their order is the rulebook's alone. Every repetition is bounded.
"""
