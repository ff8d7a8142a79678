"""The page's widgets: an example, one slider, Run and Cancel, the frontier, Publish. Each error stands at its control."""

import html
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from workbench.words import say
from workbench_widgets.session import EXAMPLES, Session
from workbench_widgets.views import png, table
from workbench_widgets.work import Work

if TYPE_CHECKING:
    from workbench.study import Study

_STYLE = f"<style>{(Path(__file__).parent / 'style.css').read_text(encoding='utf-8')}</style>"


class Page(w.VBox):
    """The whole page over one session: `Page()` in a notebook cell shows it."""

    def __init__(self, session: Session | None = None) -> None:
        self.session = session or Session()
        self.running, self.publishing, self.drawing = Work(), Work(), Work()
        self._make_controls()
        self._make_frontier()
        self._make_publish()
        controls = w.VBox([*self._example_part, *self._recipe_part])
        controls.add_class("wb-controls")
        shown = w.VBox([*self._frontier_part, *self._publish_part])
        shown.add_class("wb-frontier")
        columns = w.Box([controls, shown])
        columns.add_class("wb-columns")
        self.head = w.HTML()
        super().__init__([w.HTML(_STYLE), self.head, columns])
        self.add_class("wb-page")
        self._wire()
        self.redraw()

    def __repr__(self) -> str:
        return f"Page({self.session!r})"

    def _make_controls(self) -> None:
        from workbench.knobs import knobs
        from workbench.techniques import StructuredPruning

        ratio = next(k for k in knobs(StructuredPruning) if k.name == "ratio")
        low, high = ratio.search or (ratio.low, ratio.high)
        wide = w.Layout(width="100%")
        self.example = w.RadioButtons(options=EXAMPLES, value=self.session.example, layout=wide)
        self.ratio = w.FloatSlider(
            min=low, max=high, step=0.05, value=self.session.ratio, readout_format=".0%", continuous_update=False, layout=wide
        )
        self.run = w.Button(description="Run", button_style="primary")
        self.cancel = w.Button(description="Cancel", disabled=True)
        self.bar = w.FloatProgress(min=0.0, max=1.0, layout=wide)
        self.step, self.run_error = w.HTML(), w.HTML()
        said = f"Channels to remove: {html.escape(ratio.say)}"
        self._example_part = [_title("Load"), self.example]
        self._recipe_part = [
            _title("Recipe", "wb-next"),
            _quiet("Prune, distil from the baseline for 3 epochs, quantize to 8 bits."),
            _quiet(said),
            self.ratio,
            w.HBox([self.run, self.cancel]),
            self.bar,
            self.step,
            self.run_error,
        ]

    def _make_frontier(self) -> None:
        self.picture = w.Image(format="png", layout=w.Layout(width="100%", display="none"))
        self.empty = w.HTML()
        self.table = w.HTML()
        self._frontier_part = [_title("Frontier"), self.empty, self.picture, self.table]

    def _make_publish(self) -> None:
        self.chosen = w.Dropdown(options=[("the smallest within 3 points", "")], layout=w.Layout(width="320px"))
        self.name = w.Text(placeholder="Name", layout=w.Layout(width="220px"), continuous_update=True)
        self.publish = w.Button(description="Publish", button_style="")
        self.publish_said = w.HTML()
        row = w.HBox([self.chosen, self.name, self.publish], layout=w.Layout(flex_flow="row wrap"))
        self._publish_part = [_title("Publish", "wb-next"), row, self.publish_said]

    def _wire(self) -> None:
        self.example.observe(self._select_example, "value")
        self.ratio.observe(lambda change: self.session.set_trait("ratio", round(change["new"], 2)), "value")
        self.chosen.observe(lambda change: self.session.set_trait("candidate", change["new"] or ""), "value")
        self.run.on_click(lambda _: self.running.start(self._run))
        self.cancel.on_click(lambda _: self.running.cancel())
        self.publish.on_click(lambda _: self._publish())
        self.running.observe(self._show_running, ["busy", "step", "share", "error"])
        self.drawing.observe(lambda change: self.empty.set_trait("value", _text("wb-error", change["new"])), "error")
        self.publishing.observe(lambda _: self.publish.set_trait("disabled", self.publishing.busy), "busy")
        self.publishing.observe(self._show_refusal, "error")

    def _select_example(self, change: Any) -> None:
        self.session.example = change["new"]
        self.session.candidate = ""
        self.redraw()

    def _run(self, work: Work) -> str | None:
        """In the work's thread: the baseline when it is the first run, then the recipe, then what came out."""
        work.say("Fitting and measuring the baseline", 0.0)
        study = self.session.prepared_study(work.read)
        self._draw(study)
        run = study.submit(self.session.recipe(), lane="long")
        work.follow(run)
        self._draw(study)
        return run.candidate.reason

    def _publish(self) -> None:
        name = self.name.value.strip()
        if not name:
            self._say_publish("wb-error", say("page-no-name"))
            return
        self._say_publish("wb-quiet", "Scoring the test split and writing the artifact.")
        self.publishing.error = ""
        self.publishing.start(lambda _: self._published(name))

    def _published(self, name: str) -> str | None:
        study = self.session.study()
        if study is None:
            return say("page-empty")
        artifact = self.session.in_hand(study).publish(name)
        place = "/".join(Path(artifact.path).parts[-3:])
        self._say_publish("wb-done", f"{artifact.name} version {artifact.version} is in the home's folder {place}")
        return None

    def _show_refusal(self, change: Any) -> None:
        if change["new"]:
            self._say_publish("wb-error", change["new"])

    def _say_publish(self, style: str, text: str) -> None:
        self.publish_said.value = _text(style, text)

    def _show_running(self, _: Any) -> None:
        work = self.running
        self.run.disabled, self.cancel.disabled = work.busy, not work.busy
        self.bar.value = work.share if work.busy else 0.0
        self.step.value = _text("wb-quiet", work.step if work.busy else "")
        self.run_error.value = _text("wb-error", "" if work.busy else work.error)

    def redraw(self) -> None:
        """Shows the selected example's study as it is on disk, from a thread."""
        self.drawing.start(lambda _: self._draw(self.session.study()))

    def _draw(self, study: "Study | None") -> None:
        measured = [c for c in study.candidates if c.status == "measured"] if study else []
        self.empty.value = "" if measured else _text("wb-quiet", say("page-empty"))
        self.picture.layout.display = "" if measured else "none"
        self.table.value = table(study) if study and measured else ""
        if study and measured:
            self.picture.value = png(self.session.frontier(study))
        options = [("the smallest within 3 points", ""), *((f"{c.id}, {c.name}", c.id) for c in measured)]
        if tuple(self.chosen.options) != tuple(options):
            self.chosen.options = options
        state = f"{self.session.example}, {len(measured)} measured"
        self.head.value = f'<div class="wb-head" data-ready="true"><b>Workbench</b><span>{html.escape(state)}</span></div>'


def _title(text: str, also: str = "") -> w.HTML:
    return w.HTML(f'<h2 class="wb-title {also}">{html.escape(text)}</h2>')


def _quiet(text: str) -> w.HTML:
    return w.HTML(_text("wb-quiet", text))


def _text(style: str, text: str) -> str:
    return f'<div class="{style}" role="status">{html.escape(text)}</div>' if text else ""
