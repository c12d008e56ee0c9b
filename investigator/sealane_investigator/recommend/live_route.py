"""A route as the API server or a file has it, read for what recommendations need; whatever is missing is None."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sealane_kube.raw import Raw, mapping_at


@dataclass(frozen=True, slots=True)
class LiveProvider:
    """A provider and where it stands in the list."""

    at: int
    raw: Raw

    @property
    def secret(self) -> tuple[str, str] | None:
        """The Secret's name and the entry that holds the key."""
        reference = mapping_at(self.raw, "credential", "secretRef")
        name, key = reference.get("name"), reference.get("key")
        return (name, key) if isinstance(name, str) and isinstance(key, str) else None


@dataclass(frozen=True, slots=True)
class LiveRule:
    """A rule and where it stands in the list."""

    at: int
    raw: Raw

    @property
    def targets(self) -> list[Raw]:
        """Its targets."""
        return _mappings(self.raw.get("targets"))


def provider_of(live: Raw, name: str | None) -> LiveProvider | None:
    """Return the provider of that name."""
    found = enumerate(_mappings(mapping_at(live, "spec").get("providers")))
    return next((LiveProvider(at, raw) for at, raw in found if name and raw.get("name") == name), None)


def rules_of(live: Raw, provider: str | None, model: str | None) -> list[LiveRule]:
    """Return the rules that target a provider and, as far as exact names and prefixes tell, claim the model."""
    rules = [LiveRule(at, raw) for at, raw in enumerate(_mappings(mapping_at(live, "spec").get("rules")))]
    mine = [rule for rule in rules if any(target.get("provider") == provider for target in rule.targets)]
    claiming = [rule for rule in mine if _claims(rule, provider, (model or "").lower())]
    return claiming or mine


def pointers_of(live: Raw) -> tuple[int | None, int | None]:
    """Return the numbers of the stable and the candidate revision."""
    status = mapping_at(live, "status")
    return _number(status.get("stable")), _number(status.get("candidate"))


def key_of(live: Raw) -> str:
    """Return ``namespace/name``."""
    metadata = mapping_at(live, "metadata")
    return f"{metadata.get('namespace') or 'default'}/{metadata.get('name')}"


def _claims(rule: LiveRule, provider: str | None, model: str) -> bool:
    if not model:
        return True
    patterns = _mappings(rule.raw.get("models"))
    exact = {str(each.get("exact", "")).lower() for each in patterns}
    prefixes = tuple(str(each["prefix"]).lower() for each in patterns if each.get("prefix"))
    renamed = {str(each.get("model", "")).lower() for each in rule.targets if each.get("provider") == provider}
    return model in exact or model in renamed or model.startswith(prefixes)


def _number(pointer: object) -> int | None:
    found = mapping_at(pointer).get("revision")
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _mappings(value: object) -> list[Raw]:
    return list(_only_mappings(value)) if isinstance(value, list) else []


def _only_mappings(values: list[object]) -> Iterator[Raw]:
    """Positions have to stay, so whatever is no mapping is an empty one."""
    for value in values:
        yield value if isinstance(value, Mapping) else {}
