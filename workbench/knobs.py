"""Declared fields: the one declaration that checks a value, words the error, sets the slider and bounds the search.

A record's field is written once, as `ratio: float = knob(0.5, ge=0, le=0.95, search=(0.1, 0.8), say="share of ...")`.
pydantic validates it; `knobs(Class)` reads the same declaration back for YAML, command line, widgets, search spaces and
the conformance suite, which takes from it a value that must be refused.
"""

import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from workbench.errors import InputError
from workbench.files import canonical
from workbench.words import Part, nearest, part

_BOUNDS = {"ge": "range-ge", "gt": "range-gt", "le": "range-le", "lt": "range-lt"}
_NOUNS = {"number": "a-number", "whole": "a-whole-number", "switch": "a-switch", "text": "a-text"}
_NOUNS |= {"list": "a-list", "table": "a-table"}


@dataclass(frozen=True)
class Knob:
    """One declared field: `kind` is "number", "whole", "switch", "choice", "text", "list" or "table"."""

    name: str
    kind: str
    default: Any
    optional: bool
    choices: tuple[Any, ...]
    bounds: Mapping[str, float]
    search: tuple[Any, ...] | None
    unit: str
    scale: str
    say: str

    @property
    def low(self) -> float | None:
        return self.bounds.get("ge", self.bounds.get("gt"))

    @property
    def high(self) -> float | None:
        return self.bounds.get("le", self.bounds.get("lt"))

    @property
    def constraint(self) -> Part:
        """What a value must be, in words: "a number from 0 to 0.95"."""
        said = part("one-of", choices=", ".join(map(str, self.choices))) if self.kind == "choice" else part(_NOUNS[self.kind])
        asked = self._range()
        said = part("in-range", noun=said, range=asked) if asked is not None else said
        return part("or-nothing", said=said) if self.optional else said

    def _range(self) -> Part | None:
        b = self.bounds
        if "ge" in b and "le" in b:
            return part("range-from-to", low=f"{b['ge']:g}", high=f"{b['le']:g}")
        ends = [part(code, bound=f"{b[k]:g}") for k, code in _BOUNDS.items() if k in b]
        return part("range-and", first=ends[0], second=ends[1]) if len(ends) > 1 else next(iter(ends), None)

    def illegal(self) -> Any:
        """A value that must be refused, for the conformance suite."""
        if self.kind in ("number", "whole") and self.high is not None:
            return self.high + 1
        if self.kind in ("number", "whole") and self.low is not None:
            return self.low - 1
        return {"text": 7, "list": 7, "table": 7}.get(self.kind, "no such value")


def knob(
    default: Any = ...,
    *,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    search: tuple[Any, ...] | None = None,
    unit: str = "",
    scale: Literal["linear", "log"] = "linear",
    say: str = "",
) -> Any:
    """Declares a field of a `Record`: bounds, the range worth searching, unit, and half a sentence for people."""
    extra: dict[str, Any] = {"search": search, "unit": unit, "scale": scale}
    return Field(default, ge=ge, gt=gt, le=le, lt=lt, description=say, json_schema_extra=extra)


class Record(BaseModel):
    """A frozen value whose fields are knobs. Made wrongly, it says so in one sentence (`InputError`)."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def __init__(self, *values: Any, **fields: Any) -> None:
        if values:
            raise _by_position(type(self), values)
        try:
            super().__init__(**fields)
        except ValidationError as error:
            raise _for_people(type(self), error) from None

    @field_validator("*", mode="before")
    @classmethod
    def _no_guessing(cls, value: Any, info: Any) -> Any:
        """A number is a number: neither "0.5" nor True is taken for one."""
        field = _described(info.field_name, cls.model_fields[info.field_name])
        if field.kind in ("number", "whole") and isinstance(value, str | bool):
            raise ValueError("not a number")
        if field.kind == "switch" and not isinstance(value, bool):
            raise ValueError("not a switch")
        return value

    def __hash__(self) -> int:
        return hash((type(self).__name__, canonical(self.to_json())))

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values: tuples are lists, whole numbers in number fields are written as numbers."""
        return self.model_dump(mode="json")

    def replace(self, **fields: Any) -> Self:
        """A copy with other values, checked as if it were made anew."""
        return type(self)(**(dict(self) | fields))


def knobs(record: type[Record]) -> tuple[Knob, ...]:
    """The declared fields of a record's class, in their order."""
    return tuple(_described(name, field) for name, field in record.model_fields.items())


def _described(name: str, field: Any) -> Knob:
    annotation, optional = field.annotation, False
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [a for a in get_args(annotation) if a is not type(None)]
        optional, annotation = len(rest) < len(get_args(annotation)), rest[0]
    origin = get_origin(annotation) or annotation
    choices = get_args(annotation) if origin is Literal else ()
    kinds = {float: "number", int: "whole", bool: "switch", Literal: "choice", str: "text", tuple: "list"}
    bounds = {b: getattr(m, b) for m in field.metadata for b in _BOUNDS if getattr(m, b, None) is not None}
    extra = field.json_schema_extra or {}
    default = None if field.is_required() else field.get_default(call_default_factory=True)
    return Knob(
        name=name,
        kind=kinds.get(origin, "table"),
        default=default,
        optional=optional,
        choices=choices,
        bounds=bounds,
        search=extra.get("search"),
        unit=extra.get("unit", ""),
        scale=extra.get("scale", "linear"),
        say=field.description or "",
    )


def _owner(record: type[Record]) -> str:
    """What people call: the class itself, or the verb whose arguments are the record's fields (its `called`)."""
    return str(getattr(record, "called", None) or record.__name__)


def _by_position(record: type[Record], values: tuple[Any, ...]) -> InputError:
    name = _owner(record)
    if not record.model_fields:
        return InputError("knob-none", owner=name)
    pairs = zip(record.model_fields, values, strict=False)
    return InputError("knob-position", owner=name, example=", ".join(f"{k}={v!r}"[:80] for k, v in pairs))


def _entry(error: Mapping[str, Any]) -> Part:
    """What an entry of a table has to be, by the bound that it broke."""
    broken = [(b, error["ctx"][b]) for b in _BOUNDS if b in error.get("ctx", {})]
    if not broken:
        return part("a-number")
    return part("in-range", noun=part("a-number"), range=part(f"range-{broken[0][0]}", bound=f"{broken[0][1]:g}"))


def _for_people(record: type[Record], error: ValidationError) -> InputError:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    declared = {k.name: k for k in knobs(record)}
    if name not in declared:
        return InputError("knob-unknown", owner=_owner(record), name=name, nearest=nearest(name, declared))
    if first["type"] == "missing":
        return InputError("knob-missing", owner=_owner(record), name=name, constraint=declared[name].constraint)
    value = repr(first["input"])[:80]
    if len(first["loc"]) > 1 and declared[name].kind == "table":
        return InputError(
            "knob-entry", owner=_owner(record), name=name, entry=str(first["loc"][1]), constraint=_entry(first), value=value
        )
    return InputError("knob-value", owner=_owner(record), name=name, constraint=declared[name].constraint, value=value)
