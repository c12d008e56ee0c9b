"""What people and programs are told: conditions, and why a rollout stands still.

Law: it reads a turn and changes nothing, and no number in its words changes by the second, for each change is written.
"""
