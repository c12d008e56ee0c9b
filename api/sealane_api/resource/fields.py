"""The scalars of the resource: each declared once, with its bounds and with the words that ask for it."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from sealane_api.durations import DURATION_MAX_LENGTH, DURATION_PATTERN, parse_duration

#: The pydantic error type of a scalar that is not what its :class:`Write` asks for.
WRITE = "write"

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_HOST_LABEL = r"[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?"
_NO_CONTROL = r"^[^\x00-\x1f\x7f-\x9f]*$"
_INT32 = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Write:
    """What to write, in words that follow "write"; replaces whatever pydantic would say about the scalar.

    ``quote`` adds that a number or boolean must be quoted to be a text, ``unquote`` the contrary.
    """

    words: str
    quote: bool = False
    unquote: bool = False

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Wrap the schema of the annotated type."""
        return core_schema.custom_error_schema(
            handler(source),
            custom_error_type=WRITE,
            custom_error_message="write {words}",
            custom_error_context={"words": self.words, "quote": self.quote, "unquote": self.unquote},
        )


@dataclass(frozen=True, slots=True)
class Unordered:
    """Marks a list whose order means nothing; the canonical form sorts it."""


UNORDERED = Unordered()


class Duration(str):
    """A duration as it was written; ``seconds`` is what it stands for."""

    __slots__ = ()

    words: ClassVar[str] = "a duration such as 30s, 5m or 1h30m, at least 1ms"

    @property
    def seconds(self) -> float:
        """The seconds it stands for."""
        return parse_duration(self)

    @classmethod
    def _checked(cls, text: str) -> "Duration":
        parse_duration(text)
        return cls(text)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A text of the pattern that stands for at least a millisecond."""
        text = core_schema.str_schema(pattern=DURATION_PATTERN, max_length=DURATION_MAX_LENGTH, strict=True)
        return core_schema.custom_error_schema(
            core_schema.no_info_after_validator_function(cls._checked, text),
            custom_error_type=WRITE,
            custom_error_message="write {words}",
            custom_error_context={"words": cls.words, "quote": False, "unquote": False},
        )


Name = Annotated[
    str,
    Field(min_length=1, max_length=63, pattern=f"^{_LABEL}$"),
    Write("a name of 1 to 63 lower-case letters, digits and '-', with no '-' at either end", quote=True),
]

ModelText = Annotated[
    str,
    Field(min_length=1, max_length=256, pattern=_NO_CONTROL),
    Write("a text of 1 to 256 characters without control characters", quote=True),
]

MemberName = Annotated[
    str,
    Field(min_length=1, max_length=256, pattern=_NO_CONTROL),
    Write("the name of a body member, 1 to 256 characters without control characters", quote=True),
]

SecretName = Annotated[
    str,
    Field(min_length=1, max_length=253, pattern=rf"^{_LABEL}(\.{_LABEL})*$"),
    Write("the name of a Secret, such as moonshot", quote=True),
]

# Not '.' nor '..…': Kubernetes refuses them too, and a key becomes the name of a file.
SecretKey = Annotated[
    str,
    Field(min_length=1, max_length=253, pattern=r"^([-_a-zA-Z0-9]|\.[-_a-zA-Z0-9])[-._a-zA-Z0-9]*$"),
    Write("the key of an entry in that Secret, such as api-key", quote=True),
]

ServerName = Annotated[
    str,
    Field(min_length=1, max_length=253, pattern=rf"^({_HOST_LABEL}\.)*{_HOST_LABEL}$"),
    Write("the host name the certificate must carry, such as api.moonshot.ai", quote=True),
]

# The trailing slash goes here, once: the path of a request always brings its own.
BaseURL = Annotated[
    str,
    Field(max_length=512, pattern="^https?://[^/]"),
    AfterValidator(lambda url: url.rstrip("/")),
    Write("a URL such as https://api.moonshot.ai/v1, at most 512 characters"),
]

HealthPath = Annotated[
    str,
    Field(min_length=1, max_length=256, pattern=r"^(/[A-Za-z0-9_~!$&'()*+,;=:-][A-Za-z0-9._~!$&'()*+,;=:-]*)+$"),
    Write("a path below baseURL such as /models, without query"),
]

Text = Annotated[str, Write("a text", quote=True)]
Flag = Annotated[bool, Write("true or false", unquote=True)]
Percent = Annotated[int, Field(ge=1, le=100), Write("a whole number from 1 to 100", unquote=True)]
PercentOrNone = Annotated[int, Field(ge=0, le=100), Write("a whole number from 0 to 100", unquote=True)]
Increase = Annotated[int, Field(ge=0, le=_INT32), Write("a whole number, 0 or more", unquote=True)]
Count = Annotated[int, Field(ge=1, le=_INT32), Write("a whole number, 1 or more", unquote=True)]
# A large tenant's tokens a minute do not fit 31 bits; JSON numbers are exact to 53.
LargeCount = Annotated[int, Field(ge=1, le=2**53 - 1), Write("a whole number, 1 or more", unquote=True)]
Weight = Annotated[int, Field(ge=0, le=_INT32), Write("a whole number, 0 or more", unquote=True)]
Attempts = Annotated[int, Field(ge=1, le=10), Write("a whole number from 1 to 10", unquote=True)]
HistoryLimit = Annotated[int, Field(ge=1, le=100), Write("a whole number from 1 to 100", unquote=True)]
