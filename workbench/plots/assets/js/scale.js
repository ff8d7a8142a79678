// From values to pixels and back, linear or logarithmic. No DOM here.

/** `at(value)` is its pixel, `back(pixel)` its value; `from` and `to` are the pixels of `low` and `high`. */
export function scaleOf(low, high, log, from, to) {
  const turn = log ? Math.log : Number;
  const a = turn(low);
  const width = turn(high) - a || 1;
  const at = (value) => from + ((turn(value) - a) / width) * (to - from);
  const back = (pixel) => {
    const turned = a + ((pixel - from) / (to - from)) * width;
    return log ? Math.exp(turned) : turned;
  };
  return { at, back, low, high, log };
}

/** The range of values with air at both ends: a share of its width. */
export function aired(low, high, log, air) {
  if (log) {
    const factor = high > low ? (high / low) ** air : 1.5;
    return [low / factor, high * factor];
  }
  const room = air * (high - low) || Math.abs(high) * 0.5 || 1;
  return [low - room, high + room];
}

/** The range when it is made `factor` times as wide around the place at `share` of it (0 is the low end). */
export function zoomedRange([low, high], log, factor, share) {
  const turn = log ? Math.log : Number;
  const width = turn(high) - turn(low);
  const fixed = turn(low) + share * width;
  const ends = [fixed - share * width * factor, fixed + (1 - share) * width * factor];
  return log ? ends.map(Math.exp) : ends;
}

/** The range moved by a share of its width. */
export function movedRange([low, high], log, share) {
  const turn = log ? Math.log : Number;
  const step = (turn(high) - turn(low)) * share;
  const ends = [turn(low) + step, turn(high) + step];
  return log ? ends.map(Math.exp) : ends;
}

/** A range between two: `share` of the way from one to the other, on the scale that is drawn. */
export function between(from, to, log, share) {
  const turn = log ? Math.log : Number;
  const ends = from.map((value, k) => turn(value) + (turn(to[k]) - turn(value)) * share);
  return log ? ends.map(Math.exp) : ends;
}
