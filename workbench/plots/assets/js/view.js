// Which part of a measure a chart shows at first: the same rule as the library's pictures. No DOM here.

const VIEW_FAR = 4; // a gap of so many heights of all better ones
const VIEW_ROOM = 0.75;
const VIEW_AIR = 0.06;

/**
 * The range of y: the frontier and the baseline's interval; others only while they cost little height. `marks` are
 * { y, low, high, held }: held ones are on the frontier or in hand, `chosen` ones are never left out; `base` may be null.
 */
export function heightOf(marks, base, direction) {
  const first = marks.filter((mark) => mark.held);
  let held = nearOnes([...(first.length ? first : marks), ...(base ? [base] : [])], direction);
  let [low, high] = reach(held);
  const room = VIEW_ROOM * (high - low || Math.abs(high) || 1);
  held = [...held, ...marks.filter((mark) => low - room <= mark.low && mark.high <= high + room)];
  [low, high] = reach(held);
  const air = VIEW_AIR * (high - low || Math.abs(high) || 1);
  return [low - air, high + air];
}

/** Without those behind a gap of more than four times the height of all better ones, if they are under a third. */
function nearOnes(marks, direction) {
  const ranked = [...marks].sort((a, b) => direction * (b.y - a.y));
  for (let count = Math.ceil((ranked.length * 2) / 3) || 1; count < ranked.length; count += 1) {
    const head = ranked.slice(0, count);
    const [low, high] = reach(head);
    const gap = Math.abs(ranked[count].y - head[count - 1].y);
    if (gap > VIEW_FAR * (high - low) && high > low && !ranked.slice(count).some((mark) => mark.chosen)) return head;
  }
  return ranked;
}

/** The lowest and the highest end of intervals; an end that is infinite counts as its figure. */
export function reach(marks) {
  let low = Infinity;
  let high = -Infinity;
  for (const mark of marks) {
    low = Math.min(low, Number.isFinite(mark.low) ? mark.low : mark.y);
    high = Math.max(high, Number.isFinite(mark.high) ? mark.high : mark.y);
  }
  return [low, high];
}
