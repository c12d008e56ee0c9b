"""Every variable that ``charts/sealane`` gives a program is a setting of that program, with a value that it takes."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sealane_investigator.settings.model import Settings as InvestigatorSettings
from sealane_operator.settings.model import Settings as OperatorSettings
from sealane_router.settings.reading import Settings as RouterSettings
from sealane_telemetry.settings.reading import unknown_variables
from sealane_telemetry.settings.variable import Variable
from tests.support.chart_values import SETS
from tests.support.chart_variables import environment_of
from tests.support.helm import Values, rendered

#: Each program's settings, and what reads them.
_PROGRAMS: dict[str, tuple[tuple[Variable, ...], Callable[[Mapping[str, str]], object]]] = {
    "router": (RouterSettings.variables(), RouterSettings.from_environment),
    "operator": (OperatorSettings.variables(), OperatorSettings.from_environment),
    "investigator": (InvestigatorSettings.variables(), InvestigatorSettings.from_environment),
}
_CASES = [
    (program, name)
    for name, values in SETS.items()
    for program in _PROGRAMS
    if program != "investigator" or values.get("investigator", {}).get("enabled")
]


@pytest.mark.parametrize(("program", "name"), _CASES)
def test_every_variable_is_a_setting_of_its_program(helm: Path, program: str, name: str) -> None:
    """None is misspelt, none is the other program's, and together they start it."""
    variables, read = _PROGRAMS[program]
    environ = environment_of(rendered(helm, SETS[name]), program)
    told = {variable for variable in environ if variable.startswith("SEALANE_")}

    assert told <= {variable.name for variable in variables}
    assert len(told) >= 5
    assert unknown_variables(environ, variables) == ()
    read(environ)


def test_each_way_to_call_is_the_router_s_own(helm: Path) -> None:
    """Tokens with their audience, the key file, both, or nobody in particular: as the values say."""
    read = {
        name: RouterSettings.from_environment(environment_of(rendered(helm, SETS[name]), "router")) for name in SETS
    }
    audience = {"callers": {"serviceAccounts": {"audience": "https://llm.example"}}}
    chosen = RouterSettings.from_environment(environment_of(rendered(helm, audience), "router"))

    assert (read["defaults"].tokens.review, read["defaults"].sources.keys) == (True, None)
    assert (read["api keys"].tokens.review, read["api keys"].sources.keys) == (
        False,
        Path("/etc/sealane/keys/keys.yaml"),
    )
    assert (read["keys and tokens"].tokens.review, bool(read["keys and tokens"].sources.keys)) == (True, True)
    assert (read["anonymous"].tokens.review, read["anonymous"].sources.anonymous) == (False, True)
    assert (read["defaults"].tokens.audience, chosen.tokens.audience) == ("sealane", "https://llm.example")


_INVESTIGATOR = SETS["investigator"]["investigator"]
_DRAIN = ("preStopSeconds", "propagationSeconds", "deadlineSeconds")
_UNBOUND = {"limits": {"memory": None}}

#: Values at the edges of what the chart takes.
_EDGES: dict[str, tuple[str, Values]] = {
    "small bodies": ("router", {"router": {"bodyLimit": "1KiB", "bufferedBodies": "1MiB"}}),
    "large bodies": (
        "router",
        {"router": {"bodyLimit": "1GiB", "bufferedBodies": "1024GiB", "resources": _UNBOUND}},
    ),
    "one connection": ("router", {"router": {"maxConnections": 1}}),
    "a million connections": ("router", {"router": {"maxConnections": 1_000_000}}),
    "no drain": ("router", {"router": {"drain": dict.fromkeys(_DRAIN, 0)}}),
    "a day's drain": ("router", {"router": {"drain": dict(zip(_DRAIN, (600, 600, 86_400), strict=True))}}),
    "networks": (
        "router",
        {"router": {"allowedNetworks": "default, 10.0.0.0/8,!10.1.0.0/16,fd00::/8,192.0.2.1,2001:db8::1"}},
    ),
    "IPv6": ("router", {"router": {"listenHost": "[::]"}}),
    "a loopback": ("operator", {"operator": {"listenHost": "[::1]"}}),
    "the shortest lease": ("operator", {"operator": {"lease": {"duration": "2s"}}}),
    "the longest lease": ("operator", {"operator": {"lease": {"duration": "600s"}}}),
    "the longest lease in minutes": ("operator", {"operator": {"lease": {"duration": "10m"}}}),
    "the smallest spool": (
        "investigator",
        {"investigator": {**_INVESTIGATOR, "persistence": {"spoolLimit": "1MiB"}}},
    ),
    "the largest spool": (
        "investigator",
        {"investigator": {**_INVESTIGATOR, "persistence": {"spoolLimit": "64GiB", "size": "65Gi"}}},
    ),
    "a model": (
        "investigator",
        {"investigator": {**_INVESTIGATOR, "model": {"url": "https://a", "name": "~" * 256, "callsPerDay": 100_000}}},
    ),
}


@pytest.mark.parametrize(("program", "values"), _EDGES.values(), ids=_EDGES.keys())
def test_what_the_chart_takes_the_program_takes(helm: Path, program: str, values: Values) -> None:
    """A pod that would not start is refused before it is one, so at the edges of that it starts."""
    _PROGRAMS[program][1](environment_of(rendered(helm, values), program))
