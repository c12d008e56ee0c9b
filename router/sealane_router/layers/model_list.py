"""``GET /v1/models``: what a caller may ask for, in OpenAI's shape."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import msgspec

from sealane_router.exchange import Exchange, Handler


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model that a route serves: ``owner`` is the provider of its first target."""

    id: str
    owner: str


ModelSource = Callable[[], Awaitable[Sequence[ListedModel]]]


def model_list(source: ModelSource) -> Handler:
    """Answers with the models of ``source`` that the caller may use."""

    async def list_models(exchange: Exchange) -> None:
        await exchange.body.read()
        listed = [
            {"id": model.id, "object": "model", "created": 0, "owned_by": model.owner}
            for model in await source()
            if exchange.caller.may_use(model.id)
        ]
        body = msgspec.json.encode({"object": "list", "data": listed})
        exchange.status = 200
        exchange.response.answer(
            200,
            f"content-type: application/json\r\nx-request-id: {exchange.request_id}\r\n"
            f"x-sealane-request-id: {exchange.request_id}\r\n".encode("ascii"),
            body,
        )

    return list_models
