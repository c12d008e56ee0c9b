"""What a stub answers: from a recorded request to an answer, its faults, and the counts it leaves."""

import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from sealane_cli.stub.ask import Ask
from sealane_cli.stub.counters import Counters, Exchange, RecordedRequest, count
from sealane_cli.stub.endpoints import ENDPOINTS, models
from sealane_cli.stub.error_bodies import Refusal, error_reply
from sealane_cli.stub.fault_plan import FaultPlan
from sealane_cli.stub.faults import FAULT_HEADER, FaultError, FaultSet, parse_faults
from sealane_cli.stub.personality import Personality, is_foreign_key, is_foreign_model, split_model
from sealane_cli.stub.refusals import refused
from sealane_cli.stub.reply import Answer, Reply, json_reply

CONTROL_PATH = "/__stub/"

_BEARER = re.compile(r"bearer +(.+)", re.IGNORECASE)


@dataclass(slots=True)
class Terms:
    """What a stub accepts and how it answers; each may be changed while it runs.

    ``accepted_keys`` None accepts any key, and none at all, that is not another provider's. ``foreign_keys``
    are those of other providers, whatever their shape. ``extra_models`` are served besides the personality's
    own list, and with ``any_own_model`` every name that begins as its models do. ``chunks`` content events
    make a stream, ``chunk_delay`` seconds apart. ``redirect_to`` is where the fault ``redirect`` points.
    """

    accepted_keys: frozenset[str] | None = None
    foreign_keys: frozenset[str] = frozenset()
    extra_models: frozenset[str] = frozenset()
    any_own_model: bool = False
    chunks: int = 5
    chunk_delay: float = 0.0
    redirect_to: str = "https://elsewhere.invalid/v1/chat/completions"


class Service:
    """The answers of one stub, with the counters they leave behind."""

    def __init__(self, personality: Personality, terms: Terms, seed: int) -> None:
        self.personality = personality
        self.terms = terms
        self.counters = Counters()
        self.plan = FaultPlan(personality.name)
        self._random = random.Random(seed)  # noqa: S311 - ids, not secrets

    def slow_read(self, headers: Mapping[str, str]) -> float:
        """Seconds to pause between two reads of the body that follows this head; 0 for none."""
        try:
            return self.plan.slow_read(headers.get(FAULT_HEADER, ""))
        except FaultError:
            return 0.0  # answered with its reason once the request is complete

    def respond(self, request: RecordedRequest, body: object, exchange: Exchange) -> tuple[Answer, FaultSet]:
        """The answer to one complete request, and the faults on its way out. ``body`` is as decoded."""
        self.counters.record(request)
        count(self.counters.paths, request.path)
        model = None if request.model is None else split_model(request.model)[0]
        if model is not None:
            exchange.model = model
            count(self.counters.models, model)
        self._watch_for_strays(request, model)
        try:
            faults = self.plan.choose(request)
        except FaultError as error:
            return json_reply({"error": {"message": str(error), "type": "stub_fault"}}, 400), {}
        self.counters.faults.update(faults.keys())
        instead = refused(self.personality, faults, model or "", self.terms.redirect_to)
        return instead or self._answer(request, model, body, faults), faults

    def control(self, request: RecordedRequest, body: object) -> Reply:
        """The answer to a request below ``/__stub/``, which is neither counted nor recorded."""
        match request.method, request.path.removeprefix(CONTROL_PATH):
            case "GET", "stats":
                return json_reply({"personality": self.personality.name} | self.counters.as_json())
            case "POST", "reset":
                self.counters.reset()
                self.plan.clear()
                return json_reply({"reset": True})
            case "POST", "faults":
                return self._arrange(body)
        return json_reply({"error": {"message": "GET stats, POST reset, POST faults", "type": "stub_path"}}, 404)

    def _arrange(self, body: object) -> Reply:
        text = body.get("fault", "") if isinstance(body, dict) else ""
        if text is not None and not (isinstance(text, str) and text.strip()):
            hint = '{"fault": "status:500"} sets the default fault, {"fault": null} clears it'
            return json_reply({"error": {"message": hint, "type": "stub_fault"}}, 400)
        try:
            self.plan.default = parse_faults(text.split(",")) if text else None
        except FaultError as error:
            return json_reply({"error": {"message": str(error), "type": "stub_fault"}}, 400)
        return json_reply({"fault": text})

    def _watch_for_strays(self, request: RecordedRequest, model: str | None) -> None:
        if request.key is not None and self._is_foreign(request.key):
            self.counters.foreign_keys += 1
        if model is not None and not self._knows(model) and is_foreign_model(self.personality, model):
            self.counters.foreign_models += 1

    def _is_foreign(self, key: str) -> bool:
        accepted = self.terms.accepted_keys
        if key in self.terms.foreign_keys:
            return True
        return not (accepted and key in accepted) and is_foreign_key(self.personality, key)

    def _refuses_key(self, key: str | None) -> bool:
        if key is not None and self._is_foreign(key):
            return True
        return self.terms.accepted_keys is not None and key not in self.terms.accepted_keys

    def _knows(self, model: str) -> bool:
        # Names are matched without regard to case: what providers do with another spelling is not documented.
        lowered = model.lower()
        known = self.personality.models, self.terms.extra_models
        if any(lowered in names or model in names for names in known):
            return True
        return self.terms.any_own_model and lowered.startswith(self.personality.prefixes)

    def _answer(self, request: RecordedRequest, model: str | None, body: object, faults: FaultSet) -> Answer:
        if self._refuses_key(request.key):
            self.counters.unauthorized += 1
            return error_reply(self.personality, Refusal.UNAUTHORIZED)
        path = self._below_base(request.path)
        if request.method == "GET" and path == "/models":
            return models(self.personality, self.terms.extra_models)
        endpoint = ENDPOINTS.get(path)
        if endpoint is None or request.method != "POST":
            return error_reply(self.personality, Refusal.PATH_NOT_FOUND)
        if not isinstance(body, dict) or not model:
            return error_reply(self.personality, Refusal.BAD_REQUEST)
        if not self._knows(model):
            return error_reply(self.personality, Refusal.MODEL_NOT_FOUND, model)
        return endpoint(
            Ask(
                personality=self.personality,
                model=model,
                body=body,
                token=f"{self._random.getrandbits(96):024x}",
                created=int(time.time()),
                chunks=faults["many"].whole if "many" in faults else self.terms.chunks,
                prompt_tokens=max(1, len(request.body) // 4),
            )
        )

    def _below_base(self, path: str) -> str:
        if path.startswith(self.personality.base_path + "/"):
            return path.removeprefix(self.personality.base_path)
        speaks_messages = any(path == f"{base}/messages" for base in self.personality.message_paths)
        return "/messages" if speaks_messages else ""


def understood(method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[RecordedRequest, object]:
    """A request as it is recorded, and its decoded JSON body (None when it is not JSON)."""
    path, _, query = target.partition("?")
    value: object = None
    if body:
        try:
            value = msgspec.json.decode(body)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            value = None
    named = value.get("model") if isinstance(value, dict) else None
    model = named if isinstance(named, str) else None
    return RecordedRequest(method, path, headers, body, model, _key(headers), query), value


def _key(headers: Mapping[str, str]) -> str | None:
    bearer = _BEARER.fullmatch(headers.get("authorization", "").strip())
    return bearer[1] if bearer else headers.get("x-api-key")
