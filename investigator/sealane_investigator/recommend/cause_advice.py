"""What a person should do about each cause: it is nearer to the fault than the class, so it is said first."""

from sealane_api.diagnosis.error_class import Cause

from .advice import Advice

CAUSE_ADVICE: dict[Cause, Advice] = {
    Cause.AUTH_WRONG_ENDPOINT: Advice(
        "Key and address do not belong together. Use a key of the platform that the base URL names, or the base URL of "
        "the platform that gave the key out.",
        "A key that is sent to another host is known there: rotate it if that host is not trusted.",
    ),
    Cause.KEY_FIELD_MISFILLED: Advice(
        "There is no key where it belongs. Put the key itself into that entry of the Secret, without quotes or "
        "line ends.",
        "Whoever else uses the Secret gets the new key as well.",
    ),
    Cause.PROVIDER_INCIDENT: Advice(
        "The provider fails for everybody. Let fallbacks serve until it recovers; nothing on this side mends it.",
        "The other provider's model answers differently, and costs what it costs.",
    ),
    Cause.MODEL_RETIRED: Advice(
        "The provider retired this model. Choose its successor and write it in the target's model.",
        "Another model answers differently: try it as a candidate first.",
    ),
    Cause.ALIAS_NOT_MAPPED: Advice(
        "The name means nothing at the provider. Write the provider's own name in the target's model.",
        "Another model answers differently.",
    ),
    Cause.BAD_BASE_URL: Advice(
        "The base URL is of another product, or wrong. Correct it in the spec; where a revision brought it, go "
        "back to the "
        "one before first.",
        "A base URL at another host gets the key; and what else a revision changed goes back as well.",
    ),
    Cause.QUOTA_ZERO: Advice(
        "The limit itself is 0: the account never could. Recharge it, or ask for a limit for this model.",
        "A model that is enabled is billed.",
    ),
    Cause.ROUTING_POLICY_TOO_STRICT: Advice(
        "The caller's own routing options exclude every provider. Relax them in the request, or in the account's "
        "settings.",
        "Providers that were excluded on purpose may see the data.",
    ),
    Cause.CONFIG_CHANGE: Advice(
        "A revision changed this shortly before. Go back to the one before it, then find out what in it was wrong.",
        "What else the revision changed goes back as well.",
    ),
    Cause.PROXY_MISCONFIGURED: Advice(
        "A hop between the gateway and the provider answers for itself. Correct that proxy, or go around it.",
        "Going around a proxy goes around its rules as well.",
    ),
}
