"""A recipe: an ordered tuple of techniques, frozen, readable as YAML, known by its digest."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from workbench.errors import InputError, NotFound
from workbench.files import Digest, digest_json
from workbench.knobs import knob, knobs
from workbench.recipes import rules, text
from workbench.techniques import Technique, technique

if TYPE_CHECKING:
    from workbench.models import Model
    from workbench.tasks import Task

LONGEST = 64
"""So many steps at most."""


class Missing(Technique):
    """A step whose technique is not known here, or has another version: it keeps what was written, and cannot run."""

    stage = "module"
    order = "architecture"

    kept: Mapping[str, Any] = knob(say="the step as it was written")

    @classmethod
    def register(cls) -> None:
        """It is no technique that anyone asks for by name."""

    @property
    def name(self) -> str:
        return str(self.kept["technique"])

    def described(self) -> dict[str, Any]:
        return dict(self.kept)


class Recipe:
    """Techniques in the order in which they are applied. `Recipe([])` is the model's own export.

    Two recipes with equal steps are equal and have the same digest. Raises `InputError` for what is no technique.
    """

    __slots__ = ("steps",)

    steps: tuple[Technique, ...]

    def __init__(self, steps: Iterable[Technique]) -> None:
        one = isinstance(steps, str | Mapping | Technique) or not isinstance(steps, Iterable)
        given: tuple[Any, ...] = (steps,) if one else tuple(steps)
        for step in given:
            if isinstance(step, type) and issubclass(step, Technique):
                raise InputError("step-is-a-class", name=step.__name__)
            if not isinstance(step, Technique):
                raise InputError("step-is-none", value=repr(step)[:80])
        if len(given) > LONGEST:
            raise InputError("recipe-long", steps=len(given), most=LONGEST)
        object.__setattr__(self, "steps", given)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a recipe does not change: make another one")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recipe) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Technique]:
        return iter(self.steps)

    def __reduce__(self) -> Any:
        return type(self), (self.steps,)

    def __repr__(self) -> str:
        return f"Recipe([{', '.join(map(repr, self.steps))}])"

    @property
    def digest(self) -> Digest:
        """Of the recipe as written: each step's name, version and every field, defaults included."""
        return digest_json(self.to_json())

    @property
    def name(self) -> str:
        """A short title: "StructuredPruning 50 % > Distillation > StaticQuantization"."""
        return " > ".join(map(_short, self.steps)) or "no steps"

    def check(self, model: "Model | None" = None, task: "Task | None" = None) -> None:
        """Raises `InputError` where the steps cannot run in this order, or not on this model and task."""
        for step in self.steps:
            if isinstance(step, Missing):
                raise InputError("step-missing", name=step.name)
        rules.check(self.steps, model, task)

    def to_json(self) -> list[dict[str, Any]]:
        return [step.described() for step in self.steps]

    @classmethod
    def from_json(cls, data: Sequence[Mapping[str, Any]], *, missing_ok: bool = False) -> Self:
        """The recipe that `to_json` wrote. With `missing_ok` a step that cannot be made here becomes a `Missing`."""
        if not isinstance(data, list | tuple):
            raise InputError("recipe-json", value=repr(data)[:80])
        return cls([_step(step, missing_ok) for step in data])

    def to_yaml(self) -> str:
        """One line for a step, one more for each of its fields: those at their defaults too, as a default may change."""
        for step in self.steps:
            if isinstance(step, Missing):
                raise InputError("step-missing", name=step.name)
        return text.write([(type(step).__name__, step.to_json()) for step in self.steps])

    @classmethod
    def from_yaml(cls, source: str) -> Self:
        """The recipe that a YAML text says. Raises `InputError`, and `NotFound` for a technique's name."""
        return cls([technique(name)(**fields) for name, fields in text.read(source)])


def all_recipes(given: Any) -> Sequence[Recipe]:
    """What is given, where it is a list of recipes. Raises `InputError` for a technique, a name or anything else."""
    if not isinstance(given, list | tuple):
        raise InputError("not-a-recipe", value=repr(given)[:80])
    for one in given:
        if not isinstance(one, Recipe):
            raise InputError("not-a-recipe", value=repr(one)[:80])
    return given


def _step(data: Mapping[str, Any], missing_ok: bool) -> Technique:
    if not isinstance(data, Mapping) or not isinstance(data.get("technique"), str):
        raise InputError("recipe-json", value=repr(data)[:80])
    name, version = data["technique"], data.get("version")
    fields = {k: v for k, v in data.items() if k not in ("technique", "version")}
    try:
        kind = technique(name)
        if kind.version != version:
            raise InputError("step-version", name=name, written=version, here=kind.version)
        return kind(**fields)
    except (NotFound, InputError):
        if missing_ok:
            return Missing(kept=dict(data))
        raise


def _changed(step: Technique) -> dict[str, Any]:
    """The fields of a step that differ from their defaults, as JSON."""
    written = step.to_json()
    return {k.name: written[k.name] for k in knobs(type(step)) if getattr(step, k.name) != k.default}


def _short(step: Technique) -> str:
    if isinstance(step, Missing):
        return step.name
    changed = _changed(step)
    ratio = getattr(step, "ratio", None)
    share = [f"{100 * ratio:g} %"] if isinstance(ratio, float) else []
    rest = [f"{k}={v}" for k, v in changed.items() if k != "ratio" and isinstance(v, int | float | str)]
    return " ".join([type(step).__name__, *share, *rest])
