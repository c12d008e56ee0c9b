"""The rules of the machine, in the order of :data:`~sealane_operator.rollout.machine.RULES`.

Law: a rule is a function from turn to turn that decides whether; what moves then is in
:mod:`~sealane_operator.rollout.phases` alone. Rules do not call each other, except for the next step.
"""
