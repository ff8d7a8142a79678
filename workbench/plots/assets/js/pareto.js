// What is best among points: the frontier, and the best within limits. No DOM here.

/** Whether a is at least as good as b in both, and better in one. A direction is +1 (more is better) or -1. */
export function dominates(a, b, xDirection, yDirection) {
  const x = xDirection * (a.x - b.x);
  const y = yDirection * (a.y - b.y);
  return x >= 0 && y >= 0 && (x > 0 || y > 0);
}

/**
 * The points that no other one beats in both measures, ordered by x from worst to best. Of equal ones the first is kept.
 * Takes n log n steps: sorted by x from the best on, a point is on the frontier when its y is better than all before it.
 */
export function frontier(points, xDirection, yDirection) {
  const order = points
    .map((point, index) => ({ point, index }))
    .filter(({ point }) => Number.isFinite(point.x) && Number.isFinite(point.y))
    .sort((a, b) => xDirection * (b.point.x - a.point.x) || yDirection * (b.point.y - a.point.y) || a.index - b.index);
  const kept = [];
  let best = -Infinity;
  for (const { point } of order) {
    if (yDirection * point.y > best) {
      kept.push(point);
      best = yDirection * point.y;
    }
  }
  return kept.reverse();
}

/** Whether a value is on the good side of a limit, or there is no limit. */
export function within(value, limit, direction) {
  return limit === null || limit === undefined || direction * (value - limit) >= 0;
}

/**
 * The point with the best x among those within both limits, ties broken by y; null where there is none. With only a limit
 * on x, the one with the best y within it.
 */
export function best(points, limits, xDirection, yDirection) {
  const open = points.filter((p) => within(p.x, limits.x, xDirection) && within(p.y, limits.y, yDirection));
  const byX = (a, b) => xDirection * (b.x - a.x) || yDirection * (b.y - a.y);
  const byY = (a, b) => yDirection * (b.y - a.y) || xDirection * (b.x - a.x);
  const order = limits.y === null || limits.y === undefined ? byY : byX;
  return open.length ? [...open].sort(order)[0] : null;
}

/** The point nearest to being within, and by how much it misses y (0 where only x is missed). */
export function nearest(points, limits, xDirection, yDirection) {
  const open = points.filter((p) => within(p.x, limits.x, xDirection));
  const from = open.length ? open : points;
  if (!from.length) return null;
  const point = [...from].sort((a, b) => yDirection * (b.y - a.y))[0];
  return { point, missed: within(point.y, limits.y, yDirection) ? 0 : Math.abs(limits.y - point.y) };
}

/**
 * The corners of a staircase through frontier points, which stand from worst to best in x: no file exists between two points,
 * so no slope is drawn. Towards a better x only what the next point reaches is reached.
 */
export function staircase(kept) {
  const corners = [];
  kept.forEach((point, k) => {
    if (k > 0) corners.push({ x: kept[k - 1].x, y: point.y });
    corners.push({ x: point.x, y: point.y });
  });
  return corners;
}
