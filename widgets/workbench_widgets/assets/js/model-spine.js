// The spine: the network drawn beside its table's rows, as a version history is. A node's area is the layer's bytes, its core what
// the present recipe leaves of them; a layer whose output is added to an earlier one's is joined to it by an arc.

import { svg } from "./dom.js";

const SPINE_LINE = 12; // where the line of layers stands, in pixels
const SPINE_LANE = 10; // and so far beside it, and beside each other, the arcs
const SPINE_LANES = 3;
const SPINE_RADIUS = [2.2, 8.5];

/**
 * Arcs of the structure's layers: { from, to, branch }, between the places behind rows `from` and `to`. A branch is a layer that
 * stands on the arc itself, such as a shortcut's convolution; elsewhere it is null. Widths that no layer shares make no arc.
 */
export function spineArcs(layers) {
  const arcs = [];
  const branches = new Set();
  let last = null;
  layers.forEach((layer, k) => {
    const shared = layer.makes && layers.some((other, j) => j !== k && other.makes === layer.makes && (other.reads || []).length);
    const follows = last === null || !(layer.reads || []).length || layer.reads.includes(layers[last].makes);
    if (shared && !follows) branches.add(k);
    else last = k;
  });
  const main = (k) => !branches.has(k);
  layers.forEach((layer, k) => {
    if (!layer.makes || !(layer.reads || []).length) return;
    const alike = (j) => main(j) && layers[j].makes === layer.makes;
    if (branches.has(k)) {
      const from = spineLast(layers, k, (j) => main(j) && layer.reads.includes(layers[j].makes));
      const to = layers.findIndex((_, j) => j > from && alike(j));
      if (to >= 0) arcs.push({ from, to: Math.max(to, k), branch: k });
    } else {
      const from = spineLast(layers, k, alike);
      if (from >= 0 && from < k - 1) arcs.push({ from: spineBehind(layers, branches, from, k), to: k, branch: null });
    }
  });
  return arcs;
}

function spineLast(layers, before, test) {
  for (let j = before - 1; j >= 0; j -= 1) if (test(j)) return j;
  return -1;
}

/** A sum stands behind the last of what is added: a branch that comes after the layer it is added to. */
function spineBehind(layers, branches, from, before) {
  for (let j = before - 1; j > from; j -= 1) if (branches.has(j) && layers[j].makes === layers[from].makes) return j;
  return from;
}

/** Each arc in the nearest lane that is free where it runs; the farthest lane takes the rest. */
export function spineLanes(arcs) {
  const ends = Array(SPINE_LANES).fill(-Infinity);
  const order = arcs.map((_, k) => k).sort((a, b) => arcs[a].from - arcs[b].from || arcs[a].to - arcs[b].to);
  const lanes = [];
  for (const k of order) {
    const free = ends.findIndex((end) => end <= arcs[k].from);
    lanes[k] = free < 0 ? SPINE_LANES - 1 : free;
    ends[lanes[k]] = Math.max(ends[lanes[k]], arcs[k].to);
  }
  return lanes;
}

/** The radius of a node whose area is to be its bytes. */
export function spineRadius(bytes, most) {
  return Math.max(SPINE_RADIUS[0], SPINE_RADIUS[1] * Math.sqrt(bytes / (most || 1)));
}

/** Drawn over rows of one height: `draw(rows, whole, height)`, then `left(row, bytes)` for each row's core. */
export class Spine {
  constructor() {
    this.root = svg("svg", { class: "wb-spine", width: SPINE_LINE + (SPINE_LANES + 0.6) * SPINE_LANE, aria: { hidden: "true" } });
    this.cores = new Map();
    this.structure = [];
  }

  take(structure, rows) {
    const known = new Map(((structure && structure.layers) || []).map((layer) => [layer.layer, layer]));
    this.structure = rows.map((row) => ({ ...known.get(row.layer), depthwise: row.depthwise }));
    this.most = Math.max(...rows.map((row) => row.bytes), 1);
    this.rows = rows;
    this.arcs = spineArcs(this.structure);
    this.lanes = spineLanes(this.arcs);
  }

  /** `whole` is said of all rows in the graph's own order: only then are there lines. */
  draw(shown, whole, height, left) {
    const y = (k) => (k + 0.5) * height;
    const lane = new Map();
    const lines = [];
    if (whole && shown.length > 1) {
      lines.push(svg("path", { class: "wb-spine-line", d: `M${SPINE_LINE} ${y(0)}V${y(shown.length - 1)}` }));
      this.arcs.forEach((arc, k) => {
        const x = SPINE_LINE + (this.lanes[k] + 1) * SPINE_LANE;
        if (arc.branch !== null) lane.set(arc.branch, x);
        lines.push(svg("path", { class: "wb-spine-line", d: spineArc(x, (arc.from + 1) * height, (arc.to + 1) * height, height) }));
      });
    }
    this.cores.clear();
    const nodes = shown.map((row, k) => {
      const at = { cx: lane.get(k) || SPINE_LINE, cy: y(k) };
      const core = svg("circle", { ...at, r: 0, class: "wb-spine-core" });
      this.cores.set(row, core);
      return [svg("circle", { ...at, r: spineRadius(row.bytes, this.most).toFixed(1), class: "wb-spine-node" }), core];
    });
    this.root.setAttribute("height", shown.length * height);
    this.root.replaceChildren(...lines, ...nodes.flat());
    for (const row of shown) this.left(row, left(row));
  }

  left(row, bytes) {
    const core = this.cores.get(row);
    if (!core) return;
    const share = row.bytes ? Math.min(bytes / row.bytes, 1) : 0;
    const r = (spineRadius(row.bytes, this.most) * Math.sqrt(share)).toFixed(1);
    if (core.getAttribute("r") !== r) core.setAttribute("r", r);
  }
}

function spineArc(x, from, to, height) {
  const bend = Math.min(height * 0.45, (to - from) / 2);
  return `M${SPINE_LINE} ${from}C${x} ${from} ${x} ${from + bend * 0.3} ${x} ${from + bend}V${to - bend}C${x} ${to - bend * 0.3} ${x} ${to} ${SPINE_LINE} ${to}`;
}
