"""Two files of one study on the same samples: figures counted again, words that follow the interval."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import workbench as wb
from workbench import words
from workbench.errors import InputError
from workbench.files import digest_file
from workbench.graphs.file import GraphFile
from workbench.measure import answers, file_measures, quality
from workbench.measure.paired import tango
from workbench.plots.verdict import Clause, of_quality, of_size, of_speed, sentence
from workbench.records import Measurement
from workbench.tasks.task import Split

RNG = np.random.default_rng(0)
WEIGHTS = RNG.normal(size=(8, 3)).astype(np.float32)
INPUTS = RNG.normal(size=(400, 8)).astype(np.float32)


def linear(path, weights, padding=0):
    """logits = input @ weights; `padding` makes the file longer and changes no answer."""
    inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 8])]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", weights.shape[1]])]
    node = helper.make_node("MatMul", ["input", "w"], ["logits"], doc_string="x" * padding)
    graph = helper.make_graph([node], "linear", inputs, outputs, [numpy_helper.from_array(weights, "w")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    path.write_bytes(model.SerializeToString(deterministic=True))
    return path


def faster(value, low, high, digest):
    return Measurement(
        "speedup_b1", value, low, high, "x", True, 5, method="student-over-processes", file_digest=digest, details={"batch": 1}
    )


@pytest.fixture
def study(home):
    """A study as `compare` sees it: a linear model that is right about some labels, and files made from it."""

    def make(kind="classification", samples=400):
        noisy = INPUTS[:samples] @ WEIGHTS + np.random.default_rng(1).normal(size=(samples, 3))
        targets = {"classification": noisy.argmax(1), "regression": noisy.astype(np.float32), "outputs": None}[kind]
        task = SimpleNamespace(kind=kind, validation=Split("validation", INPUTS[:samples], targets))
        metric = {"classification": "accuracy", "regression": "rmse", "outputs": "agreement"}[kind]
        made = SimpleNamespace(name="s", task=task, metric=metric, home=home.parent)
        made.baseline = candidate(made, "baseline", WEIGHTS)
        return made

    return make


def candidate(study, id, weights, padding=0, speed=(1.0, 1.0, 1.0)):
    file = GraphFile(linear(study.home / f"{id}.onnx", np.asarray(weights, np.float32), padding))
    split, kind = study.task.validation, study.task.kind
    truth = answers(GraphFile(study.baseline.file), split) if id != "baseline" else answers(file, split)
    measures = quality(answers(file, split), split, kind, truth) | file_measures(file)
    measures["speedup_b1"] = faster(*speed, file.digest)
    return SimpleNamespace(id=id, study=study, file=file.path, measures=measures, status="measured", reason=None)


def test_figures_are_the_difference_and_the_interval_is_paired(study):
    s = study()
    b = candidate(s, "c1", WEIGHTS + 0.3 * RNG.normal(size=WEIGHTS.shape), padding=100)
    found = wb.compare(s.baseline, b)
    right = [INPUTS @ numpy_helper.to_array(onnx.load(c.file).graph.initializer[0]) for c in (s.baseline, b)]
    was, now = (r.argmax(1) == s.task.validation.targets for r in right)
    m = found.measures["accuracy"]
    assert m.value == pytest.approx(now.mean() - was.mean()) and m.n == 400 and m.split == "validation"
    assert (m.low, m.high) == tango((now & ~was).sum(), (was & ~now).sum(), 400) and m.file_digest == digest_file(b.file)
    for name in ("precision_macro", "recall_macro", "f1_macro"):
        assert found.measures[name].value == pytest.approx(b.measures[name].value - s.baseline.measures[name].value)
    size = found.measures["size_bytes"]
    assert size.value == size.low == size.high == b.file.stat().st_size - s.baseline.file.stat().st_size > 0
    assert size.details["ratio"] == b.file.stat().st_size / s.baseline.file.stat().st_size and size.method == "exact"
    assert found.measures["parameters"].value == 0 and found.reference is s.baseline and found.candidate is b


def test_a_clear_loss_is_a_loss_and_the_other_way_round_a_gain(study):
    s = study()
    b = candidate(s, "c1", -WEIGHTS)
    down, up = wb.compare(s.baseline, b), wb.compare(b, s.baseline)
    assert down.verdict == "compare-loses" and up.verdict == "compare-gains"
    assert down.measures["accuracy"].high < 0 < up.measures["accuracy"].low
    assert down.measures["accuracy"].value == -up.measures["accuracy"].value
    lost = -100 * down.measures["accuracy"].value
    assert f"loses {lost:.3g} points (" in down.sentence and f"gains {lost:.3g} points (" in up.sentence


def test_the_same_file_is_said_to_be_it(study):
    s = study()
    copy = candidate(s, "c1", WEIGHTS)
    for found in (wb.compare(s.baseline, copy), wb.compare(s.baseline, s.baseline)):
        assert found.verdict == "compare-same-file" and found.sentence == "The same file as the baseline"
        assert found.measures["accuracy"].low < 0 < found.measures["accuracy"].high
        assert found.measures["speedup_b1"].value == found.measures["speedup_b1"].high == 1
    assert "c1" in wb.compare(copy, copy).sentence


@pytest.mark.parametrize("kind", ["classification", "outputs"])
def test_the_same_answers_of_another_file_are_bounded(study, kind):
    s = study(kind)
    found = wb.compare(s.baseline, candidate(s, "c1", WEIGHTS, padding=3))
    assert [c.code for c in found.clauses] == ["compare-larger", "compare-alike", "compare-no-loss"]
    assert found.clauses[1].fields["n"] == "400" and str(found.clauses[2].fields["bound"]) == "0.951 points"
    strict = wb.compare(s.baseline, found.candidate, margin=0.009)
    assert strict.verdict == "compare-too-few" and "within 0.951 points" in strict.sentence


def test_regression_says_which_way_the_error_goes(study):
    s = study("regression")
    worse, alike = candidate(s, "c1", WEIGHTS * 1.5), candidate(s, "c2", WEIGHTS, padding=9)
    near = candidate(s, "c3", WEIGHTS * 1.00001)
    assert wb.compare(s.baseline, worse).verdict == "compare-rises" and wb.compare(worse, s.baseline).verdict == "compare-falls"
    assert "RMSE rises by" in wb.compare(s.baseline, worse).sentence
    assert wb.compare(s.baseline, alike).verdict == "compare-alike"
    assert wb.compare(s.baseline, near).verdict in ("compare-no-loss", "compare-rises", "compare-falls")


def test_the_margin_of_an_error_is_a_share_of_it(study):
    s = study("regression", samples=60)
    b = candidate(s, "c1", WEIGHTS + 0.02 * RNG.normal(size=WEIGHTS.shape))
    bound = max(
        abs(end) for end in (wb.compare(s.baseline, b).measures["rmse"].low, wb.compare(s.baseline, b).measures["rmse"].high)
    )
    share = bound / s.baseline.measures["rmse"].value
    assert wb.compare(s.baseline, b, margin=1.01 * share).verdict == "compare-no-loss"


def test_outputs_lose_agreement(study):
    s = study("outputs")
    found = wb.compare(s.baseline, candidate(s, "c1", WEIGHTS[:, ::-1]))
    assert (
        found.verdict == "compare-loses" and found.measures["agreement"].value < -0.2 < 0 < found.measures["relative_error"].low
    )


def test_speeds_are_divided_and_slower_is_said(study):
    s = study()
    slow = candidate(s, "c1", WEIGHTS, 5, speed=(0.5, 0.45, 0.55))
    fast = candidate(s, "c2", WEIGHTS, 6, speed=(2.0, 1.8, 2.2))
    direct = wb.compare(s.baseline, slow).measures["speedup_b1"]
    assert (direct.value, direct.low, direct.high) == pytest.approx((0.5, 0.45, 0.55))
    both = wb.compare(slow, fast).measures["speedup_b1"]
    arm = np.hypot(np.log(2.2 / 2), np.log(0.5 / 0.45))
    assert both.value == 4 and both.high == pytest.approx(4 * np.exp(arm)) and both.method == "mover"
    assert both.low == pytest.approx(4 * np.exp(-np.hypot(np.log(2 / 1.8), np.log(0.55 / 0.5))))
    assert "slower than the baseline at batch 1 (×0.5)" in wb.compare(s.baseline, slow).sentence
    assert "slower than c2" in wb.compare(fast, slow).sentence and "×4 as fast at batch 1" in wb.compare(slow, fast).sentence
    unknown = candidate(s, "c3", WEIGHTS, 7, speed=(2.0, 0.0, np.inf))
    found = wb.compare(slow, unknown).measures["speedup_b1"]
    assert found.low == 0 and found.high == np.inf and "as fast" not in wb.compare(slow, unknown).sentence


def test_answers_are_read_back_from_then_on(study):
    s = study()
    b = candidate(s, "c1", -WEIGHTS)
    first = wb.compare(s.baseline, b)
    linear(b.file, WEIGHTS, padding=50)
    b.measures = b.measures | {"size_bytes": replace(b.measures["size_bytes"], value=1.0)}
    again = wb.compare(s.baseline, b)
    assert again.measures["accuracy"].value == 0, "the answers are kept by the file's bytes, not by its name"
    linear(b.file, -WEIGHTS)
    assert wb.compare(s.baseline, b).measures["accuracy"] == first.measures["accuracy"]


def test_what_cannot_be_compared_is_refused(study):
    s = study()
    stranger = SimpleNamespace(**vars(s.baseline) | {"study": SimpleNamespace(name="other")})
    failed = SimpleNamespace(**vars(s.baseline) | {"file": None, "status": "failed", "reason": "why", "id": "c9"})
    for pair, code in (
        ((s.baseline, stranger), "compare-studies"),
        ((s.baseline, failed), "not-measured"),
        ((failed, s.baseline), "not-measured"),
    ):
        with pytest.raises(InputError) as error:
            wb.compare(*pair)
        assert error.value.code == code
    for margin in (-0.1, float("nan"), float("inf"), True, "much"):
        with pytest.raises(InputError) as error:
            wb.compare(s.baseline, s.baseline, margin=margin)
        assert error.value.code == "compare-margin"


def difference(low, high, up=True):
    return Measurement("accuracy" if up else "rmse", (low + high) / 2, low, high, "", up, 360, "validation", "tango")


ACCURACY = Measurement("accuracy", 0.9, 0.9, 0.9, "", True, 1)
RMSE = Measurement("rmse", 0.5, 0.5, 0.5, "", False, 1)


@pytest.mark.parametrize(
    ("low", "high", "code", "said"),
    [
        (-0.008, 0.002, "compare-no-loss", "0.8 points"),
        (-0.01, 0.03, "compare-no-loss", "1 point"),
        (-0.0101, 0.001, "compare-too-few", "1.01 points"),
        (-0.02, 0.03, "compare-too-few", "3 points"),
        (0.0, 0.03, "compare-no-loss", "0 points"),
        (-0.03, 0.0, "compare-too-few", "3 points"),
        (-0.03, -0.001, "compare-loses", "1.55 points"),
        (0.001, 0.03, "compare-gains", "1.55 points"),
        (float("-inf"), float("inf"), "compare-unknown", "360"),
        (float("nan"), float("nan"), "compare-unknown", "360"),
    ],
)
def test_words_follow_the_interval(low, high, code, said):
    clause = of_quality(difference(low, high), ACCURACY, 0.01)
    assert clause.code == code and said in map(str, clause.fields.values())


@pytest.mark.parametrize(
    ("low", "high", "code", "said"),
    [
        (-0.002, 0.008, "compare-no-loss", "at most 0.008 RMSE"),
        (-0.002, 0.02, "compare-too-few", "within 0.02 RMSE"),
        (0.01, 0.03, "compare-rises", "RMSE rises by 0.02 (0.01 to 0.03)"),
        (-0.03, -0.01, "compare-falls", "RMSE falls by 0.02 (0.01 to 0.03)"),
    ],
)
def test_words_about_an_error_turn_it_round(low, high, code, said):
    clause = of_quality(difference(low, high, up=False), RMSE, 0.02)
    assert clause.code == code and said in words.say(clause.code, said="x", **clause.fields)


def test_sizes_in_words():
    told = [sentence((of_size(100.0, after, "c1"),)) for after in (17.0, 100.0, 130.0, 450.0)]
    assert told == ["83 % smaller", "As large as c1", "30 % larger", "4.5 times as large as c1"]
    good = sentence((of_size(100.0, 17.0, "c1"), Clause("compare-no-loss", {"bound": "0.8 points"})))
    assert good == "83 % smaller · no measurable loss (at most 0.8 points)"


@pytest.mark.parametrize(
    ("low", "high", "code"), [(0.5, 0.99, "compare-slower"), (0.9, 1.0, None), (1.0, 1.2, None), (1.01, 2, "compare-faster")]
)
def test_speed_is_spoken_of_where_its_interval_excludes_1(low, high, code):
    clause = of_speed(faster((low + high) / 2, low, high, ""), "c1")
    assert (clause and clause.code) == code
