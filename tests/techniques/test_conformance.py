"""The conformance suite: every technique of the library passes it, and each kind of misbehaviour fails it."""

import copy
import time
from typing import Literal

import pytest
import torch

import workbench as wb
from workbench.knobs import knob
from workbench.records import Line, Report
from workbench.techniques import (
    Distillation,
    DynamicQuantization,
    FineTuning,
    HalfPrecision,
    ModuleTechnique,
    Plan,
    StaticQuantization,
    StructuredPruning,
    WeightClipping,
    WeightPruning,
    technique,
    techniques,
)
from workbench.techniques.conformance import check
from workbench.techniques.technique import only_known

OURS = [
    StructuredPruning(ratio=0.4, round_to=2, leave_alone=("0",), layers={"3": 0.25}),
    StructuredPruning(scope="global", criterion="random"),
    WeightPruning(ratio=0.3, scope="layer"),
    WeightClipping(factor=0.5),
    FineTuning(epochs=1, batch_size=16),
    Distillation(epochs=1, batch_size=16),
    DynamicQuantization(),
    StaticQuantization(calibration_samples=64),
    HalfPrecision(),
]


@pytest.mark.parametrize("subject", OURS, ids=lambda s: type(s).__name__)
def test_ours_conform(subject):
    check(subject)


def test_none_of_ours_is_left_out():
    assert {type(s).__name__ for s in OURS} == {n for n, k in techniques().items() if k.__module__.startswith("workbench.")}
    assert all(technique(type(s).__name__) is type(s) for s in OURS)


def test_what_a_technique_does_when_nothing_is_said():
    assert wb.StructuredPruning().to_json() == {
        "ratio": 0.5,
        "criterion": "magnitude",
        "scope": "uniform",
        "round_to": 1,
        "leave_alone": [],
        "layers": {},
    }
    assert wb.WeightPruning().to_json() == {"ratio": 0.5, "scope": "global"} and wb.WeightClipping().factor == 1
    assert (wb.Distillation().epochs, wb.FineTuning().epochs) == (3, 3) and wb.HalfPrecision().to_json() == {}
    assert wb.StaticQuantization().to_json() == {
        "granularity": "auto",
        "activations": "auto",
        "weights": "auto",
        "bits": 8,
        "portable": True,
        "calibration_samples": 256,
        "method": "minmax",
        "leave_alone": [],
        "guard": "none",
    }


@pytest.fixture(autouse=True)
def forgetful():
    with only_known():
        yield


def plug_in(**changed):
    """A technique that multiplies weights by a factor; `changed` makes it misbehave."""

    class Scaling(ModuleTechnique):
        order = changed.get("order", "weights")
        title = changed.get("title", "Scale")

        factor: float = changed.get("factor", knob(1.5, gt=0, le=4, search=(0.5, 2), say="how much larger"))
        way: Literal["up", "down"] = knob("up", say="which way")

        def plan(self, x, context):
            if changed.get("slow"):
                time.sleep(1.1)
            else:
                context.check()
            named = [(n, p) for n, p in x.named_modules() if list(p.parameters(recurse=False))]
            return Plan(
                tuple(
                    Line(n, type(p).__name__, True, "scaled", {"by": self.factor}) for n, p in named[changed.get("skip", 0) :]
                )
            )

        def apply(self, x, plan, context):
            new = x if changed.get("in_place") else copy.deepcopy(x)
            noise = torch.rand(()) if changed.get("noise") else 0
            with torch.no_grad():
                for parameter in new.parameters():
                    parameter.mul_(self.factor + noise)
            if changed.get("swallow"):
                try:
                    context.check()
                except Exception:
                    return new, Report("Scaling", plan.lines)
            return new, Report(changed.get("step", "Scaling"), plan.lines, changed.get("figures", {}))

    return Scaling


def test_a_good_plug_in_conforms():
    check(plug_in())
    check(plug_in()(factor=2.0))


@pytest.mark.parametrize(
    "changed, said",
    [
        ({"title": ""}, "no title"),
        ({"order": "numerics"}, "does not belong"),
        ({"factor": knob(1.5, gt=0, le=4, search=(0.5, 2))}, "says nothing of itself"),
        ({"factor": knob(1.5, say="how much larger")}, "no range"),
        ({"factor": knob(1.5, gt=0, le=4, search=(0.5, 9), say="how much larger")}, "outside of its range"),
        ({"in_place": True}, "changes what it is given"),
        ({"in_place": True, "factor": knob(1.0, gt=0, le=4, say="nothing")}, "not a new one"),
        ({"noise": True}, "another result with the same seed"),
        ({"slow": True}, "never calls context.check"),
        ({"swallow": True}, "goes on although"),
        ({"skip": 1}, "does not mention 0"),
        ({"step": "Other"}, "named Other"),
        ({"figures": {"loss": float("nan")}}, "not finite"),
    ],
)
def test_misbehaviour_is_found(changed, said):
    with pytest.raises(AssertionError, match=said):
        check(plug_in(**changed))


def test_a_value_that_is_not_checked_is_found():
    class Loose(plug_in()):
        other: object = knob(1, say="anything goes")

    with pytest.raises(AssertionError, match="other takes 7"):
        check(Loose)


def test_a_record_that_is_another_after_json_is_found():
    class Bent(plug_in()):
        def to_json(self):
            return super().to_json() | {"factor": self.factor * 2 if self.factor < 2 else self.factor}

    with pytest.raises(AssertionError, match="another one after JSON"):
        check(Bent)
