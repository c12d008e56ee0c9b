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
from tests.support.helm import rendered

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
