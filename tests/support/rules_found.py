"""Which message rule a text finds, and which rules a module has: every test of a module of rules asks both."""

from types import ModuleType

from sealane_investigator.classify import rulebook
from sealane_investigator.classify.rule import Rule
from sealane_investigator.classify.wording import wording_of
from sealane_investigator.peel.peeling import peel


def rule_found(text: str, *, status: int | None, provider: str | None) -> str:
    """The name of the rule that decides. Raises StopIteration when none fires."""
    wording = wording_of(peel(text, http_status=status, provider=provider))
    asked = (rulebook.outermost, rulebook.strong, rulebook.around, rulebook.hinted)
    return next(found for ask in asked if (found := ask(wording)) is not None).name


def names_of_rules(module: ModuleType) -> set[str]:
    """The names of all rules that a module holds in its tuples."""
    groups = [group for group in vars(module).values() if isinstance(group, tuple)]
    return {rule.name for group in groups for rule in group if isinstance(rule, Rule)}
