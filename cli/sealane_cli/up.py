"""``sealane up``: the whole gateway on one machine, from files."""

import json
import os
import shlex
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial

from sealane_api.route_table import DialectName, Provider, Route, RouteTable
from sealane_investigator.settings.model import Settings as InvestigatorSettings
from sealane_router.app.gateway import Gateway
from sealane_router.app.process import serve
from sealane_router.app.stand_ins import StandIns
from sealane_router.settings.reading import Settings
from sealane_router.settings.variable import SettingsError
from sealane_router.upstream.mounted_credentials import MountedCredentials, variable_of
from sealane_telemetry.settings.reading import unknown_variables
from sealane_telemetry.settings.variable import address

from .local_investigator import LocalInvestigator
from .stub.personality import MOONSHOT, OPENAI, ZAI, Personality
from .stub.server import StubProvider

_PERSONALITIES: Mapping[DialectName, Personality] = {
    DialectName.MOONSHOT: MOONSHOT,
    DialectName.ZAI: ZAI,
    DialectName.OPENAI: OPENAI,
}

#: Nobody has to be told that a laptop's router leaves.
_DEFAULTS = {"SEALANE_PROPAGATION_TIME": "0s"}


def run_up(flags: Mapping[str, str], environ: Mapping[str, str], *, with_stubs: bool, investigator: str = "off") -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code (2: a setting is wrong).

    ``investigator`` is where one is started beside the router, ``off`` for none; an investigator that the router's
    settings name is taken instead.
    """
    beside = None
    try:
        # Settings are judged before anything is started.
        settings = Settings.from_environment(environ, flags, defaults=_DEFAULTS)
        if investigator != "off" and not settings.investigator.url:
            beside = _investigator(investigator, environ)
        if beside is not None:
            settings = Settings.from_environment(environ, flags, defaults={**_DEFAULTS, **beside.router_settings})
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    for line in unknown_variables(environ, (*Settings.variables(), *InvestigatorSettings.variables())):
        print(line, file=sys.stderr)
    stand_ins = _stubs(settings, environ) if with_stubs else None
    try:
        return serve(settings, environ, laptop=True, started=partial(_announce, beside), stand_ins=stand_ins)
    finally:
        if beside is not None:
            beside.stop()


def _investigator(listen: str, environ: Mapping[str, str]) -> LocalInvestigator | None:
    """An investigator that waits for its start; the gateway serves without one when its port is taken."""
    try:
        where = address(listen)
    except ValueError as error:
        raise SettingsError(f"--investigator: found {listen[:100]!r}; {error}, or off") from error
    try:
        beside = LocalInvestigator(where, environ, _say)
        beside.prepare()
    except OSError as error:
        remedy = "write --investigator HOST:PORT for another place, or off"
        _say(f"warning: there is no investigator at {where} ({error.strerror}); {remedy}")
        return None
    return beside


def _announce(beside: LocalInvestigator | None, gateway: Gateway) -> None:
    traffic = gateway.addresses["traffic"]
    if beside is not None:
        beside.start(str(gateway.addresses["admin"]))
    _say(f"sealane serves http://{traffic} (admin http://{gateway.addresses['admin']})")
    if gateway.live.callers.authenticator.anonymous:
        _say("anonymous: there is no key file, so every request is accepted and client keys are ignored (--keys FILE)")
    for problem in gateway.live.serving.credential_problems():
        _say(f"warning: {problem}; --with-stubs starts a stand-in")
    if beside is not None:
        _say(f"incidents: {beside.page}")
    model = _some_model(gateway)
    if model is not None:
        _say("try:")
        _say(f"  {curl_command(str(traffic), model, anonymous=gateway.live.callers.authenticator.anonymous)}")


def curl_command(address: str, model: str, *, anonymous: bool) -> str:
    """A command that asks ``model`` something, safe to paste into any shell whatever the model is called."""
    ask = {"model": model, "messages": [{"role": "user", "content": "Say hello."}]}
    words = ["curl", "-i", f"http://{address}/v1/chat/completions", "-H", "content-type: application/json"]
    words += [] if anonymous else ["-H", "authorization: Bearer YOUR-KEY"]
    return shlex.join([*words, "-d", json.dumps(ask, ensure_ascii=False, separators=(",", ":"))])


def _some_model(gateway: Gateway) -> str | None:
    """A model that the table serves under a name that its provider really has."""
    matcher = gateway.live.serving.matcher
    for route in gateway.live.serving.table.routes:
        for rule in route.rules:
            for name in _PERSONALITIES[rule.targets[0].provider.dialect].models:
                found = matcher.match(name)
                if found is not None and found.rule is rule:
                    return name
            for pattern in rule.patterns:
                if pattern.kind == "exact":
                    return pattern.text
    return None


def _stubs(settings: Settings, environ: Mapping[str, str]) -> StandIns:
    """Starts a stub for each provider of the table whose credential cannot be read, and says so."""

    @asynccontextmanager
    async def stand_ins(table: RouteTable) -> AsyncIterator[Mapping[tuple[str, str], Provider]]:
        store = MountedCredentials(settings.sources.secrets, environ)
        async with AsyncExitStack() as stack:
            found: dict[tuple[str, str], Provider] = {}
            for route in table.routes:
                for provider in route.providers:
                    missing = _missing(store, route, provider)
                    if missing is None:
                        continue
                    stub = await stack.enter_async_context(StubProvider(_PERSONALITIES[provider.dialect].name))
                    found[route.key, provider.name] = stand_in(provider, stub.base_url)
                    _say(f"{provider.name}: {missing} is not set, so the built-in stub answers at {stub.base_url}")
            yield found

    return stand_ins


def stand_in(provider: Provider, base_url: str) -> Provider:
    """``provider`` as played by a stub: another host, and therefore no credential."""
    return replace(provider, base_url=base_url, messages_base_url=None, credential=None, tls=None, allow_insecure=True)


def _missing(store: MountedCredentials, route: Route, provider: Provider) -> str | None:
    reference = provider.credential
    if reference is None or store.credential(route.namespace, reference).problem is None:
        return None
    return variable_of(reference)


def _say(line: str) -> None:
    print(line, flush=True, file=sys.stderr if not os.isatty(1) else sys.stdout)
