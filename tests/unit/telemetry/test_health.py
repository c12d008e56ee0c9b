"""Health reports read as those of Kubernetes do."""

from collections.abc import Callable

from sealane_telemetry.health import MAX_REASON, Check, HealthChecks


def _says(reason: str | None) -> Callable[[], str | None]:
    return lambda: reason


_PASSES = Check("route-table", _says(None))
_FAILS = Check("draining", _says("the router is going away"))


def test_a_passing_report_is_ok_and_says_more_when_asked() -> None:
    """As ``/readyz`` and ``/readyz?verbose`` of the API server."""
    report = HealthChecks("readyz", [_PASSES]).report()

    assert (report.ok, report.status, report.render(verbose=False)) == (True, 200, "ok")
    assert report.render(verbose=True) == "[+]route-table ok\nreadyz check passed\n"


def test_a_failing_report_says_why_unasked() -> None:
    """Every check is listed, in order."""
    report = HealthChecks("readyz", [_PASSES, _FAILS]).report()

    assert (report.ok, report.status) == (False, 500)
    assert (
        "[+]route-table ok\n[-]draining failed: the router is going away\nreadyz check failed\n"
        == report.render(verbose=False)
        == report.render(verbose=True)
    )


def test_an_excluded_check_is_not_made() -> None:
    """It is listed as excluded, and an unknown name is a warning."""
    asked: list[str] = []

    def probe() -> str | None:
        asked.append("loop")
        return "late"

    checks = HealthChecks("livez", [Check("loop", probe)])

    report = checks.report(exclude=["loop", "nothing"])
    assert report.render(verbose=True) == (
        "[+]loop excluded: ok\n"
        'warn: some health checks cannot be excluded: no matches for "nothing"\n'
        "livez check passed\n"
    )
    assert asked == []


def test_an_advisory_check_is_shown_and_does_not_fail() -> None:
    """A refused edit of the routes: the last good table serves."""
    report = HealthChecks("readyz", [Check("routes", _says("routes.yaml:3 was refused"), advisory=True)]).report()

    assert report.ok
    assert report.render(verbose=True) == "[+]routes ok: routes.yaml:3 was refused\nreadyz check passed\n"


def test_a_check_that_breaks_has_failed_without_its_words() -> None:
    """An advisory one too: nobody knows what it would have said."""

    def breaks() -> str | None:
        raise ValueError("private words")

    report = HealthChecks("readyz", [Check("routes", breaks, advisory=True)]).report()

    assert (
        report.render(verbose=False)
        == "[-]routes failed: the check itself failed with ValueError\nreadyz check failed\n"
    )


def test_a_reason_is_one_bounded_line_without_keys() -> None:
    """Reasons may quote a file that an operator wrote."""
    reason = "line one\nkey sk-abcdefghijklmnop " + "x" * 1000
    line = HealthChecks("readyz", [Check("routes", _says(reason))]).report().render(verbose=True).splitlines()[0]

    assert "sk-" not in line
    assert line.startswith("[-]routes failed: line one key [redacted len=19 ")
    assert len(line) <= MAX_REASON + len("[-]routes failed: ")
