"""B-cubed: how well fingerprints put messages of one template together, and keep those of two apart."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from bench.eval.messages import Message
from sealane_investigator.fingerprint.fingerprinting import fingerprint


@dataclass(frozen=True, slots=True)
class Grouping:
    """Precision: of what shares a message's fingerprint, the share of its template. Recall: the other way round."""

    precision: float
    recall: float
    messages: int


def grouping(messages: Sequence[Message]) -> Grouping:
    """Return the figures over ``messages``, each weighing the same."""
    return b_cubed([message.group for message in messages], [fingerprint(message.peeled).hash for message in messages])


def b_cubed(groups: Sequence[Hashable], found: Sequence[Hashable]) -> Grouping:
    """Return the figures for the true groups and the found ones, element by element."""
    precision = recall = 0.0
    for group, cluster in zip(groups, found, strict=True):
        same_group = [at for at, other in enumerate(groups) if other == group]
        same_cluster = [at for at, other in enumerate(found) if other == cluster]
        both = len(set(same_group) & set(same_cluster))
        precision += both / len(same_cluster)
        recall += both / len(same_group)
    return Grouping(precision / len(groups), recall / len(groups), len(groups))
