"""Every error the investigator raises on purpose."""


class InvestigatorError(Exception):
    """What went wrong, in words that say what to do."""


class SettingsRefused(InvestigatorError):
    """A setting that cannot be used; the text names it and the remedy."""


class StoreUnavailable(InvestigatorError):
    """The database does not answer; what was accepted waits in the spool."""


class SpoolFull(InvestigatorError):
    """The spool has no room or its disk refuses; the sender keeps the events and asks again."""


class StaleFence(InvestigatorError):
    """Another replica took this investigation over; what was found is not written."""
