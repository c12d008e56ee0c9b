"""How kopf is set up: two watches, no scanning, no peering, no Events, no finalizers, and time limits on everything."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import aiohttp
import kopf

from sealane_operator.kube.tap import TappedSession
from sealane_operator.world.kinds import WatchedKind

_GROUP, _VERSION = "sealane.dev", "v1alpha1"

#: A pod's token is valid for an hour and renewed in its file long before; who we are is read again this often.
LOGIN_SECONDS = 600.0
#: A login that failed, for its file is being replaced, is tried again after so many seconds.
_LOGIN_AGAIN = 5.0

#: Objects in a page of a list.
PAGE = 200

#: The API ends a watch after 5 minutes, and we do if it does not; it says something every minute, and if it does not
#: the watch goes on over another connection while the API still remembers what happened meanwhile (75 s).
SERVER_SECONDS, CLIENT_SECONDS, CONNECT_SECONDS, INACTIVITY_SECONDS = 300, 310.0, 10.0, 70.0

#: Pauses between attempts at one request, about a minute of them: an API that is back is noticed within 5 s. When they
#: are used up a refused request ends the watch, and with it the process; one without an answer is begun anew.
RETRY_PAUSES = (0.2, 0.5, 1.0, 2.0, 3.0, *[5.0] * 10)

Open = Callable[[], Awaitable[tuple[str, TappedSession]]]


def settings() -> kopf.OperatorSettings:
    """Return kopf's settings; each is one of its traps avoided."""
    kopf_settings = kopf.OperatorSettings()
    kopf_settings.process.ultimate_exiting_timeout = (
        None  # it kills the thread with SIGKILL, and this is one of several
    )
    kopf_settings.scanning.disabled = True  # it would list and watch CRDs and namespaces
    kopf_settings.peering.standalone = True  # somebody else's peering object could pause this operator
    kopf_settings.posting.enabled = False  # Events are our own
    kopf_settings.watching.server_timeout = SERVER_SECONDS
    kopf_settings.watching.client_timeout = CLIENT_SECONDS
    kopf_settings.watching.connect_timeout = CONNECT_SECONDS
    kopf_settings.watching.inactivity_timeout = INACTIVITY_SECONDS
    kopf_settings.watching.chunk_size = PAGE
    kopf_settings.networking.connect_timeout = CONNECT_SECONDS
    kopf_settings.networking.request_timeout = 60.0
    kopf_settings.networking.error_backoffs = RETRY_PAUSES
    return kopf_settings


def registry(open_session: Open) -> kopf.OperatorRegistry:
    """Return a registry of its own: kopf's default one is global.

    ``open_session`` returns the API's URL and a session; it is called at the start, when the API no longer knows us,
    and every ten minutes.
    """
    handlers = kopf.OperatorRegistry()

    async def login(**_: Any) -> kopf.AiohttpSession:
        server, session = await open_session()
        return kopf.AiohttpSession(
            server=server,
            aiohttp_session=cast("aiohttp.ClientSession", session),
            expiration=datetime.now(UTC) + timedelta(seconds=LOGIN_SECONDS),
        )

    kopf.on.login(registry=handlers, backoff=_LOGIN_AGAIN)(login)
    for kind in WatchedKind:
        # Group, version and plural in full: with a plural alone kopf asks every API group, and a broken one ends it.
        kopf.on.event(_GROUP, _VERSION, kind.value, registry=handlers)(_not_called)
    return handlers


async def _not_called(**_: Any) -> None:
    """Stand for a kind: kopf watches what has a handler. The tap takes the objects before they come here."""
