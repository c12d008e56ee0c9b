"""Which schedules and time zones a window may have, in CEL: the grammar of ``resource/schedule.py``."""

from sealane_api.crd.law import Law

_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
_DAYS = "sunmontuewedthufrisat"


def _names(run: str) -> str:
    return "|".join(run[at : at + 3] for at in range(0, len(run), 3))


def _field(value: str, step: str) -> str:
    item = rf"(\*|({value})(-({value}))?)(/({step}))?"
    return f"{item}(,{item})*"


_FIELDS = (
    _field("[0-5]?[0-9]", "0?[1-9]|[1-5][0-9]"),
    _field("[01]?[0-9]|2[0-3]", "0?[1-9]|1[0-9]|2[0-3]"),
    _field("0?[1-9]|[12][0-9]|3[01]", "0?[1-9]|[12][0-9]|3[01]"),
    _field(f"0?[1-9]|1[0-2]|{_names(_MONTHS)}", "0?[1-9]|1[0-2]"),
    _field(f"0?[0-7]|{_names(_DAYS)}", "0?[1-7]"),
)

SCHEDULE_LAWS = (
    Law(
        r"self.matches(r'(?i)^\s*" + r"\s+".join(_FIELDS) + r"\s*$')",
        "write the five fields minute, hour, day of month, month and day of week, such as 0 2 * * *",
    ),
    # A range that mixes a number and a name is left to the operator.
    Law(
        "self.findAll('[0-9]+-[0-9]+').all(r, int(r.split('-')[0]) <= int(r.split('-')[1]))"
        " && self.lowerAscii().findAll('[a-z]{3}-[a-z]{3}')"
        f".all(r, '{_MONTHS}{_DAYS}'.indexOf(r.substring(0, 3)) <= '{_MONTHS}{_DAYS}'.indexOf(r.substring(4)))",
        "found a range that runs backwards; write the lower end first",
    ),
)

TIME_ZONE_LAWS = (
    # The answer does not matter; an unknown zone is an error that names it.
    Law(
        "self != 'Local' && timestamp('2026-01-01T00:00:00Z').getHours(self) >= 0",
        "write the name of a time zone such as Etc/UTC or Europe/Zurich",
    ),
)
