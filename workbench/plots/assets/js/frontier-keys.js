// The chart by keyboard: one tab stop, and every move is spoken.

import { pixelOf } from "./frontier-over.js";
import { spokenPoint } from "./frontier-say.js";

const KEYS_PAN = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] };

export class FrontierKeys {
  constructor(chart) {
    this.chart = chart;
    chart.hit.addEventListener("keydown", (event) => this.pressed(event));
    chart.hit.addEventListener("focus", () => this.focused());
    chart.hit.addEventListener("blur", () => chart.hover(null));
  }

  get current() {
    const { state, shown } = this.chart;
    return shown.hover || state.hand || (state.scene.front[0] && state.scene.front[0].point) || null;
  }

  focused() {
    if (!this.chart.hit.matches(":focus-visible") || !this.current) return;
    this.go(this.current);
  }

  go(point) {
    if (!point) return;
    const { chart } = this;
    chart.hover(point);
    chart.acts.say(spokenPoint(chart.host.language, chart.state, point));
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.chart.place) return;
    const act = this.act(event);
    if (!act) return;
    event.preventDefault();
    act();
  }

  act(event) {
    const { state, acts } = this.chart;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (event.shiftKey && key in KEYS_PAN) return () => this.view(() => state.pan(...KEYS_PAN[key]));
    const file = this.current && this.current.row > 0 ? this.current : null;
    const front = state.scene.front;
    const made = {
      ArrowRight: () => this.go(this.along(1)),
      ArrowLeft: () => this.go(this.along(-1)),
      ArrowUp: () => this.go(this.near(-1)),
      ArrowDown: () => this.go(this.near(1)),
      Home: () => this.go(this.ends()[0]),
      End: () => this.go(this.ends().at(-1)),
      Enter: () => file && this.enter(file),
      " ": () => file && this.enter(file),
      s: () => file && acts.star(file.id),
      e: () => file && acts.edit(file.id),
      b: () => this.best(),
      f: () => this.go(this.nextFailed()),
      Escape: () => this.letGo(),
      "+": () => this.view(() => state.zoom(0.8)),
      "=": () => this.view(() => state.zoom(0.8)),
      "-": () => this.view(() => state.zoom(1.25)),
      0: () => this.view(() => state.reset()),
    };
    return front.length ? made[key] : null;
  }

  view(change) {
    const before = this.chart.state.view();
    change();
    this.chart.glide(before);
    this.chart.acts.looked();
  }

  enter(point) {
    if (point.reason) this.chart.acts.look(point.id);
    else this.chart.acts.take(point.id);
    this.go(point);
  }

  /** The frontier's files from left to right. */
  ends() {
    return [...this.chart.state.scene.front].sort((a, b) => a.x - b.x).map((item) => item.point);
  }

  along(step) {
    const points = this.ends();
    const here = points.indexOf(this.current);
    if (here >= 0) return points[Math.min(Math.max(here + step, 0), points.length - 1)];
    const x = this.x(this.current);
    const beyond = points.filter((point) => (this.x(point) - x) * step >= 0);
    return (step > 0 ? beyond[0] : beyond.at(-1)) || (step > 0 ? points.at(-1) : points[0]);
  }

  x(point) {
    const at = point && pixelOf(this.chart.state, this.chart.place, point);
    return at ? at[0] : this.chart.place.left;
  }

  /** The nearest file above or below on the screen; below the last one come those that failed. */
  near(side) {
    const { state, place } = this.chart;
    const from = pixelOf(state, place, this.current) || [place.left, place.bottom];
    let nearest = null;
    let least = Infinity;
    for (const item of state.scene.items) {
      const [dx, dy] = [place.x.at(item.x) - from[0], place.y.at(item.y) - from[1]];
      const distance = Math.hypot(dx * 1.8, dy);
      if (item.point === this.current || dy * side <= 0.5 || place.y.at(item.y) > place.bottom || distance >= least) continue;
      least = distance;
      nearest = item.point;
    }
    return nearest || (side > 0 ? state.scene.failed[0] : null) || this.current;
  }

  nextFailed() {
    const { failed } = this.chart.state.scene;
    return failed[(failed.indexOf(this.chart.shown.hover) + 1) % failed.length];
  }

  best() {
    const { best } = this.chart.state.answer();
    if (best) this.go(best.point);
  }

  letGo() {
    this.chart.acts.caught([]);
    this.chart.hover(null);
  }
}
