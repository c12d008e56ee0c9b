"""Which route and rule serve the model that the body names; an unknown one is refused, never guessed."""

from collections.abc import Callable

from sealane_router.errors import EncodingUnsupported, GatewayUnready, ModelForbidden
from sealane_router.exchange import Exchange, Handler, Layer
from sealane_router.providers.request_body import read_head
from sealane_router.routing.matcher import Match, model_not_found
from sealane_router.routing.splits import Splits
from sealane_router.serving import Serving


def matching(current: Callable[[], Serving]) -> Layer:
    """Reads the body and sets ``content``, ``json``, ``model``, ``stream``, ``match`` and ``rule``.

    ``counted`` becomes False where the arms of a route cannot be compared.
    Raises EncodingUnsupported, MalformedRequest, ModelNotFound or ModelForbidden.
    """

    def layer(handler: Handler) -> Handler:
        async def match(exchange: Exchange) -> None:
            if (exchange.head.get(b"content-encoding") or b"identity").lower() != b"identity":
                raise EncodingUnsupported("a compressed request body is not supported; send it as it is")
            exchange.content = await exchange.body.read()
            exchange.request_bytes = len(exchange.content)
            json = exchange.json = read_head(exchange.content)
            exchange.model = json.model
            exchange.stream = json.stream
            serving = current()
            if not serving.table.is_known:
                raise GatewayUnready("the gateway has no route table yet")  # a 404 would be the last word on a model
            _find(exchange, serving)
            await handler(exchange)

        return match

    return layer


def _find(exchange: Exchange, serving: Serving) -> None:
    if serving.splits is not None:
        _find_arm(exchange, serving, serving.splits)
        return
    found = serving.matcher.match(exchange.model)
    if found is None:
        raise model_not_found(exchange.model)
    _check(exchange, found)
    exchange.match = found
    exchange.rule = serving.rules[found.route.key, found.rule.name]
    exchange.matched = True


def _find_arm(exchange: Exchange, serving: Serving, splits: Splits) -> None:
    """As :func:`_find` while a candidate is on trial somewhere: chance decides between the arms of its route."""
    chosen = splits.choose(exchange.model)
    if chosen is None:
        raise model_not_found(exchange.model)
    found = exchange.match = chosen.match
    _check(exchange, found)
    arms = serving.candidates if chosen.is_candidate else serving.stable
    exchange.rule = arms[found.route.key].rules[found.rule.name]
    exchange.counted = chosen.counted
    exchange.matched = True


def _check(exchange: Exchange, found: Match) -> None:
    if not exchange.caller.may_use(found.canonical):
        raise ModelForbidden(f"this API key may not use the model {exchange.model!r}")
