// What a recipe would give, added up from the layers that were sent once: the same arithmetic as the library's
// `study.estimate`, so that a slider answers while the kernel is busy, or gone. tests/js/cases/estimate.json holds them together.

const ESTIMATE_STORED = { StaticQuantization: 1, DynamicQuantization: 1, HalfPrecision: 2 };
const ESTIMATE_FLOAT_ONLY = {
  StaticQuantization: ["ConvTranspose", "LSTM", "GRU", "RNN"],
  DynamicQuantization: ["ConvTranspose", "GRU", "RNN"],
};

let estimateLast = { structure: null, steps: null, told: null };

/**
 * `structure`: { layers: [{ layer, operator, macs, parameters, reads, makes }], other_bytes }, where `reads` and `makes` number
 * the widths that shrink together (0 never does); `steps`: [{ technique, on, fields }].
 * Returns { size_bytes, parameters, macs, layers: [{ layer, parameters, macs, bytes }], after: [bytes left after each step] }.
 * Several panels ask about the same steps in one frame: the last answer is kept, so neither argument may be changed afterwards.
 */
export function estimate(structure, steps) {
  if (estimateLast.structure !== structure || estimateLast.steps !== steps) {
    estimateLast = { structure, steps, told: estimateAnew(structure, steps) };
  }
  return estimateLast.told;
}

function estimateAnew(structure, steps) {
  const ends = estimateWired(structure.layers);
  let keep = new Map([[0, 1], ...ends.map((wire) => [wire.makes, 1])]);
  let stored = structure.layers.map(() => 4);
  const after = [];
  for (const step of steps) {
    if (step.on !== false) {
      if (step.technique === "StructuredPruning") keep = estimateCut(keep, step.fields, structure.layers, ends);
      else if (step.technique in ESTIMATE_STORED) stored = structure.layers.map((layer, k) => (estimateStores(step, layer) ? ESTIMATE_STORED[step.technique] : stored[k]));
    }
    after.push(estimateSize(structure, estimateKept(structure.layers, ends, keep, stored)));
  }
  const layers = estimateKept(structure.layers, ends, keep, stored);
  return {
    size_bytes: estimateSize(structure, layers),
    parameters: estimateSum(layers, "parameters"),
    macs: estimateSum(layers, "macs"),
    layers,
    after,
  };
}

/** Layers that do not say what they read are a chain. */
function estimateWired(layers) {
  const last = layers.length - 1;
  return layers.map((layer, k) => (layer.reads ? layer : { reads: [k], makes: k === last ? 0 : k + 1 }));
}

/** The share that is kept of each width once the step is done, from the share before it. */
function estimateCut(keep, fields, layers, ends) {
  const names = new Map([...keep.keys()].map((width) => [width, []]));
  ends.forEach((wire, k) => names.get(wire.makes).push(layers[k].layer));
  const alone = fields.leave_alone ?? [];
  const own = Object.entries(fields.layers ?? {});
  const left = new Map(keep);
  for (const [width, makers] of names) {
    if (width === 0 || makers.some((name) => alone.some((part) => isPart(name, part)))) continue;
    const found = own.find(([name]) => makers.includes(name));
    left.set(width, keep.get(width) * (1 - Number(found ? found[1] : fields.ratio)));
  }
  return left;
}

/** Whether the step stores the layer's weights in its own way. */
function estimateStores(step, layer) {
  if ((ESTIMATE_FLOAT_ONLY[step.technique] ?? []).includes(layer.operator)) return false;
  if (step.technique === "StaticQuantization") return !(step.fields.leave_alone ?? []).some((part) => isPart(layer.layer, part));
  return step.technique !== "DynamicQuantization" || layer.operator !== "Conv" || step.fields.convolutions === true;
}

function estimateKept(layers, ends, keep, stored) {
  return layers.map((layer, k) => {
    const { reads, makes } = ends[k];
    const read = reads.length ? reads.reduce((total, width) => total + (keep.get(width) ?? 1), 0) / reads.length : 1;
    const share = read * keep.get(makes);
    const parameters = even(layer.parameters * share);
    return { layer: layer.layer, parameters, macs: even(layer.macs * share), bytes: stored[k] * parameters };
  });
}

/** Whether a layer is the one named, or within the part that is. */
export function isPart(layer, name) {
  return layer === name || layer.startsWith(`${name}.`);
}

function estimateSize(structure, layers) {
  return structure.other_bytes + estimateSum(layers, "bytes");
}

function estimateSum(layers, name) {
  return layers.reduce((total, layer) => total + layer[name], 0);
}

/** Rounded as Python rounds: a half goes to the even neighbour. */
export function even(value) {
  const low = Math.floor(value);
  const rest = value - low;
  if (rest !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}
