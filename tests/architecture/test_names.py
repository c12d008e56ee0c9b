"""A module's tests are where its name says."""

from pathlib import Path

from tests.architecture.house import PACKAGES, ROOT, shown

_UNIT = ROOT / "tests" / "unit"

#: Packages whose modules each have a test file, and the folder of the unit tests that mirrors them.
_MIRRORED = {
    "sealane_api": "api",
    "sealane_telemetry": "telemetry",
    "sealane_kube": "kube",
    "sealane_router": "router",
    "sealane_cli": "cli",
    "sealane_operator": "operator",
    "sealane_investigator": "investigator",
}

#: Modules without a test file of their own, and where they are tested instead.
ELSEWHERE = {
    "api/sealane_api/failure.py": "a vocabulary without behaviour",
    "router/sealane_router/__main__.py": "tests/integration starts it",
    "router/sealane_router/peers/times.py": "values without behaviour",
    "router/sealane_router/app/source.py": "an interface; mypy compares it with both sources",
    "router/sealane_router/app/shown.py": "tests/integration/test_admin_port.py reads /-/config",
    "router/sealane_router/settings/variable.py": "names of sealane_telemetry.settings.variable",
    "investigator/sealane_investigator/__main__.py": "tests/integration starts it",
    "investigator/sealane_investigator/app/investigator.py": "tests/integration/test_investigator.py runs it",
    "investigator/sealane_investigator/app/parts.py": "values without behaviour",
    "investigator/sealane_investigator/app/process.py": "tests/integration/test_investigator.py runs it",
    "investigator/sealane_investigator/errors.py": "a tree without behaviour",
    "investigator/sealane_investigator/gather/interfaces.py": "protocols; fakes and the real ones are checked by mypy",
    "investigator/sealane_investigator/incident/diagnosis.py": "values; every stage's tests make and read them",
    "investigator/sealane_investigator/incident/facts.py": "values without behaviour",
    "investigator/sealane_investigator/incident/peeled.py": "values without behaviour",
    "investigator/sealane_investigator/incident/recommendation.py": "values without behaviour",
    "investigator/sealane_investigator/interfaces.py": "protocols; fakes and the real ones are checked by mypy",
    "investigator/sealane_investigator/server/api/answers.py": "test_openapi.py reads what it makes",
    "investigator/sealane_investigator/store/migrations/versions/v0001_incidents.py": "test_migration.py runs it",
    "investigator/sealane_investigator/store/migrations/versions/v0002_sequences.py": "test_migration.py runs it",
    "operator/sealane_operator/__main__.py": "tests/cluster starts it",
    "operator/sealane_operator/app/operator.py": "tests/cluster/test_operator_process.py runs it",
    "operator/sealane_operator/app/process.py": "tests/cluster/test_operator_process.py runs it",
    "kube/sealane_kube/api.py": "protocols; fakes and the real ones are checked by mypy",
    "operator/sealane_operator/rollout/model.py": "values without behaviour",
    "operator/sealane_operator/fleet/interfaces.py": "protocols; fakes and the real ones are checked by mypy",
    "operator/sealane_operator/reconciler/interfaces.py": "protocols; fakes and the real ones are checked by mypy",
    "api/sealane_api/report.py": "values without behaviour; both sides' tests encode and decode them",
    "api/sealane_api/resource/fields.py": "scalars of the resource; test_provider_route_refusals.py tries each bound",
    "cli/sealane_cli/stub/ask.py": "test_endpoints.py asks over a socket",
    "cli/sealane_cli/stub/chat.py": "test_endpoints.py reads the shapes with real clients",
    "cli/sealane_cli/stub/connection.py": "test_server.py speaks to it byte by byte",
    "cli/sealane_cli/stub/link.py": "test_delivery.py writes through it",
    "cli/sealane_cli/stub/messages.py": "test_endpoints.py reads the shapes with real clients",
    "cli/sealane_cli/stub/refusals.py": "test_error_bodies.py meets each refusal",
    "cli/sealane_cli/stub/reply.py": "values without behaviour",
    "cli/sealane_cli/stub/responses.py": "test_endpoints.py reads the shapes with real clients",
    "cli/sealane_cli/stub/service.py": "test_server.py serves through it",
}


def _modules(package: str) -> dict[Path, Path]:
    """Each module of a package, and the folder that its tests belong to."""
    folder = PACKAGES[package]
    return {
        path: _UNIT / _MIRRORED[package] / path.parent.relative_to(folder)
        for path in sorted(folder.rglob("*.py"))
        if path.name != "__init__.py"
    }


def _mirrored() -> dict[Path, Path]:
    return {path: place for package in _MIRRORED for path, place in _modules(package).items()}


def test_every_module_has_its_test_file() -> None:
    """``router/sealane_router/attempt/x.py`` is tested by ``tests/unit/router/attempt/test_x.py``."""
    untested = [
        shown(path)
        for path, place in _mirrored().items()
        if shown(path) not in ELSEWHERE and not (place / f"test_{path.stem}.py").is_file()
    ]

    assert untested == [], "\n".join(untested)


def test_every_unit_test_file_names_its_module() -> None:
    """A file of unit tests is called after a module, perhaps with a word more: ``test_x_invariants.py``."""
    stems: dict[Path, list[str]] = {}
    for path, place in _mirrored().items():
        stems.setdefault(place, []).append(f"test_{path.stem}")
    strays = [
        shown(path)
        for path in sorted(_UNIT.rglob("test_*.py"))
        if not any(path.stem == stem or path.stem.startswith(f"{stem}_") for stem in stems.get(path.parent, []))
    ]

    assert strays == [], "\n".join(strays)


def test_an_exception_is_still_needed() -> None:
    """Whoever is tested elsewhere exists, and has no test file of its own by now."""
    places = {shown(path): place / f"test_{path.stem}.py" for path, place in _mirrored().items()}
    stale = [name for name in ELSEWHERE if name not in places or places[name].is_file()]

    assert stale == [], "\n".join(stale)
