"""Arguments as kubectl takes them: flags that choose the cluster stand before the verb or after it."""

from collections.abc import Sequence

from sealane_api.durations import parse_duration

#: Flags that choose cluster, caller and namespace; each takes a value.
GLOBAL_FLAGS = ("--namespace", "-n", "--context", "--kubeconfig", "--as", "--request-timeout")


def global_flags_first(arguments: Sequence[str]) -> list[str]:
    """Return the same arguments with the global flags before the verb; what stands after ``--`` stays."""
    moved: list[str] = []
    kept: list[str] = []
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        if argument == "--":
            kept += [argument, *rest]
            break
        name, equals, _ = argument.partition("=")
        if argument in GLOBAL_FLAGS:
            moved += [argument, *rest[:1]]
            rest = rest[1:]
        elif (equals and name in GLOBAL_FLAGS) or _is_glued_namespace(argument):
            moved.append(argument)
        else:
            kept.append(argument)
    return [*moved, *kept]


def seconds(text: str, *, flag: str) -> float:
    """Return the seconds of ``30s``, ``5m``, ``1h30m``, or of a plain number of them.

    Raises ValueError with what to write.
    """
    if text.isascii() and text.isdecimal() and 0 < int(text) <= 99_999:
        return float(text)
    try:
        return parse_duration(text)
    except ValueError as error:
        raise ValueError(f"{flag} {text!r} is no time: write one such as 30s, 5m or 1h30m, above 0") from error


def _is_glued_namespace(argument: str) -> bool:
    return argument.startswith("-n") and not argument.startswith("--") and len(argument) > 2
