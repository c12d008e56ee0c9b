"""The token file on the disk: read at start, read again when it changes; a bad edit admits nobody new."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from sealane_investigator.errors import SettingsRefused
from sealane_investigator.server.access.admission import Admission
from sealane_investigator.server.access.token_file import MAX_FILE_BYTES, TokenFileError, parse_token_file
from sealane_telemetry.logs import get_logger

LOOK_SECONDS = 5.0

_log = get_logger("sealane.investigator.tokens")


class TokenFile:
    """``admission`` has the tokens in force; do :meth:`look` every LOOK_SECONDS."""

    def __init__(self, file: Path, *, count: Callable[[str], None]) -> None:
        """Read it for the first time. Raises SettingsRefused."""
        self._file = file
        self._count = count
        try:
            self._seen = _content(file)
            self.admission = Admission(parse_token_file(self._seen, str(file)))
        except (OSError, TokenFileError) as error:
            raise SettingsRefused(f"SEALANE_INVESTIGATOR_TOKENS: {_told(error, file)}") from error

    async def look(self) -> None:
        """Read it again when it has changed; what was read before stays in force when that cannot be used."""
        try:
            content = await asyncio.to_thread(_content, self._file)
            if content == self._seen:
                return
            self._seen = content
            tokens = parse_token_file(content, str(self._file))
        except (OSError, TokenFileError) as error:
            self._count("refused")
            remedy = "what was read before stays in force"
            _log.warning("tokens_refused", file=str(self._file), reason=_told(error, self._file)[:250], remedy=remedy)
            return
        self.admission.replace(tokens)
        self._count("ok")
        _log.info("tokens_changed", file=str(self._file), count=len(tokens))


def _content(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(MAX_FILE_BYTES + 1)


def _told(error: OSError | TokenFileError, file: Path) -> str:
    return str(error) if isinstance(error, TokenFileError) else f"{file} cannot be read: {error.strerror}"
