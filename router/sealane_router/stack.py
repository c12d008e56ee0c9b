"""The path of an exchange: one ordered list, outermost first.

Each layer does one thing and hands on to the next. Their order is the product:

* ``report`` sees everything, so it is outside; it also turns an error into its answer.
* ``authenticate`` needs the head alone, and runs before a byte of the body is waited for.
* ``match`` reads the body; ``limit`` needs to know the rule.
* ``retry`` owns the loop; what is inside it happens once per attempt.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .errors import GatewayError
from .exchange import Exchange, Handler, Layer
from .layers.authentication import authentication
from .layers.balancing import balancing
from .layers.breaking import breaking
from .layers.calling import calling
from .layers.deadline import deadline
from .layers.limiting import LimitedHook, limiting
from .layers.matching import matching
from .layers.model_list import ModelSource, model_list
from .layers.retrying import FailedHook, retrying
from .policy.authentication import Authenticator, Caller
from .policy.limits import RequestLimits
from .policy.service_account_tokens import NO_REVIEWS, Reviews
from .serving import Serving


@dataclass(frozen=True, slots=True)
class StackMeans:
    """What the layers work with. Callables, because a reload replaces what they return.

    ``noted`` is told of each failed attempt; the failures of the tenant ``apart`` count against no provider.
    """

    report: Layer
    serving: Callable[[], Serving]
    authenticator: Callable[[], Authenticator]
    tenant_limits: Callable[[Caller], RequestLimits]
    limited: LimitedHook
    hold_limit: int
    models: ModelSource
    reviews: Reviews = NO_REVIEWS
    noted: FailedHook | None = None
    apart: str = ""


class Stacks:
    """The stacks of the traffic port: proxied APIs, the list of models, and refusals."""

    def __init__(self, means: StackMeans) -> None:
        self._report = means.report
        identify = authentication(means.authenticator, means.reviews)
        self.proxy = fold(
            [
                means.report,
                identify,
                matching(means.serving),
                limiting(means.tenant_limits, means.limited),
                retrying(means.noted),
                balancing(),
                breaking(means.apart),
                deadline(),
            ],
            calling(means.hold_limit),
        )
        self.models = fold([means.report, identify], model_list(means.models))

    def refuse(self, error: GatewayError) -> Handler:
        """A stack that only reports ``error``."""

        async def refusal(_: Exchange) -> None:
            raise error

        return fold([self._report], refusal)


def fold(layers: Sequence[Layer], handler: Handler) -> Handler:
    """One handler out of a list of layers, the first of them outermost."""
    for layer in reversed(layers):
        handler = layer(handler)
    return handler
