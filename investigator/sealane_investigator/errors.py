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


class BatchRefused(InvestigatorError):
    """A body that cannot be used; ``place`` is the path of the field, None when it is the whole body."""

    def __init__(self, message: str, place: str | None) -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.place = place


class SchemaTooOld(InvestigatorError):
    """The tables are of an older release; the text says what to run."""


class RollbackRefused(InvestigatorError):
    """A rollback is switched off, is for a user whose name cannot be written, or another request waits."""


class DeedRefused(InvestigatorError):
    """What a person asked for cannot be done; the text says why, and nothing was changed."""


class StaleVersion(DeedRefused):
    """Somebody changed ``incident`` since it was read."""

    def __init__(self, incident: int, version: int) -> None:
        super().__init__(f"incident {incident} is at version {version} meanwhile; read it again")
        self.incident = incident
