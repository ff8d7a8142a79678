// Files as marks with their intervals, by how much they stand out: off the frontier, on it, in hand.

import { addMark, FAMILY_KEYS } from "./shapes.js";

const FILES_EDGE = 12; // pixels beyond the plot where a mark still reaches in
const FILES_HALO = 1.2;
const FILES_MANY = 800;
const FILES_ALPHA = [0.3, 0.5, 0.9];

/** Those that neither are on the frontier nor in hand. */
export function farFiles(state, place, shown) {
  const chosen = new Set(state.chosen);
  return filesAt(state, place, shown, 0, state.scene.items.filter(({ point }) => !chosen.has(point.id) && !state.scene.on.has(point.id)));
}

/** Those on the frontier (1), or in hand (2). */
export function nearFiles(state, place, shown, stands) {
  const chosen = new Set(state.chosen);
  const items = stands === 1 ? state.scene.front.filter(({ point }) => !chosen.has(point.id)) : state.scene.items.filter(({ point }) => chosen.has(point.id));
  return filesAt(state, place, shown, stands, items);
}

/** Files in view with their place in pixels. The baseline has a mark of its own. */
function filesAt(state, place, { flights }, stands, items) {
  const { least, most } = state.scene.size;
  const radius = (stands ? 6 : 4) * (place.width < 420 ? 0.8 : 1);
  const files = [];
  for (const item of items) {
    const [x, y] = (flights && flights.get(item.point.id)) || [place.x.at(item.x), place.y.at(item.y)];
    if (item.point.row === 0 || x < place.left - FILES_EDGE || x > place.right + FILES_EDGE) continue;
    const scale = state.size && most > 0 ? 0.55 + 0.95 * Math.sqrt(Math.max(item.size || least, 0) / most) : 1;
    files.push({ item, x, y, family: item.point.family, radius: radius * scale });
  }
  return files;
}

export function paintFiles(pen, place, ink, files, stands) {
  const families = new Map(FAMILY_KEYS.map((key) => [key, []]));
  for (const file of files) families.get(file.family).push(file);
  pen.globalAlpha = FILES_ALPHA[stands];
  pen.lineWidth = 1;
  for (const own of families.values()) filesIntervals(pen, place, ink, own);
  pen.globalAlpha = 1;
  const stamped = files.length > FILES_MANY && files.every((file) => file.radius === files[0].radius) ? filesStamps(pen, ink, files[0].radius) : null;
  for (const own of families.values()) filesMarks(pen, place, ink, own, stamped);
  const starred = files.filter((file) => file.item.point.starred);
  if (!starred.length) return;
  pen.fillStyle = ink.paper;
  pen.beginPath();
  for (const { x, y } of starred) addMark(pen, "q", x, y, 1.8);
  pen.fill();
}

/** 95 % intervals of one family, in one path. */
function filesIntervals(pen, place, ink, files) {
  if (!files.length) return;
  pen.beginPath();
  for (const { item, x, y } of files) {
    if (item.high > item.low) {
      pen.moveTo(x, keptWithin(place.y.at(item.low), place.top, place.bottom));
      pen.lineTo(x, keptWithin(place.y.at(item.high), place.top, place.bottom));
    }
    if (item.xHigh > item.xLow) {
      pen.moveTo(keptWithin(place.x.at(item.xLow), place.left, place.right), y);
      pen.lineTo(keptWithin(place.x.at(item.xHigh), place.left, place.right), y);
    }
  }
  pen.strokeStyle = ink.family[files[0].family];
  pen.stroke();
}

/** An infinite or invalid end reaches the edge. */
export function keptWithin(pixel, from, to) {
  return Number.isNaN(pixel) ? to : Math.min(Math.max(pixel, from - 1), to + 1);
}

/**
 * Where there are very many marks of one size: each family's is drawn once and stamped on whole pixels of the screen, in half
 * the time. Null for a pen that cannot.
 */
function filesStamps(pen, ink, radius) {
  if (!pen.drawImage || !pen.getTransform) return null;
  const ratio = pen.getTransform().a;
  const half = Math.ceil((radius + FILES_HALO) * 1.3);
  const stamps = new Map();
  const stampOf = (family) => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = Math.ceil(2 * half * ratio);
    const own = canvas.getContext("2d");
    own.scale(ratio, ratio);
    filesMarks(own, { top: -Infinity, bottom: Infinity }, ink, [{ x: half, y: half, radius, family }], null);
    return canvas;
  };
  return (family, x, y) => {
    if (!stamps.has(family)) stamps.set(family, stampOf(family));
    const stamp = stamps.get(family);
    const at = (pixel) => Math.round((pixel - half) * ratio) / ratio;
    pen.drawImage(stamp, at(x), at(y), stamp.width / ratio, stamp.height / ratio);
  };
}

/** Marks with a halo of paper, so that they are told apart where they lie over each other. Small fills are the quickest. */
function filesMarks(pen, place, ink, files, stamped) {
  for (const { x, y, radius, family } of files) {
    if (y < place.top - FILES_EDGE || y > place.bottom + FILES_EDGE) continue;
    if (stamped) {
      stamped(family, x, y);
      continue;
    }
    pen.fillStyle = ink.paper;
    pen.beginPath();
    addMark(pen, family, x, y, radius + FILES_HALO);
    pen.fill();
    pen.fillStyle = ink.family[family];
    pen.beginPath();
    addMark(pen, family, x, y, radius);
    pen.fill();
  }
}
