// What a person's file is, by its name and its first bytes, and the pieces that it is sent in. No DOM here.

export const LOAD_PIECE = 1_000_000;
export const LOAD_HEAD = 64; // so many bytes tell the kind

const LOAD_PICKLES = ["pt", "pth", "pkl", "pickle", "ckpt", "joblib", "bin"];

/** The word behind the last point, in small letters. */
export function loadSuffix(name) {
  const at = name.lastIndexOf(".");
  return at < 0 ? "" : name.slice(at + 1).toLowerCase();
}

/**
 * "model", "part" (weights that an ONNX file has beside it), "weights", "data", "pickle" or "unknown", from the name and the first bytes. A file that begins as a pickle, or as an
 * archive that holds one, is one whatever it is called.
 */
export function loadKind(name, head) {
  const suffix = loadSuffix(name);
  if (LOAD_PICKLES.includes(suffix) || loadIsPickle(head)) return "pickle";
  if (suffix === "safetensors") return "weights";
  if (suffix === "npz" || suffix === "csv") return "data";
  if (/\.onnx[._]data$/i.test(name)) return "part";
  return suffix === "onnx" ? "model" : "unknown";
}

function loadIsPickle(head) {
  if (head[0] === 0x80 && head[1] >= 2 && head[1] <= 5) return true;
  const zip = head[0] === 0x50 && head[1] === 0x4b;
  return zip && String.fromCharCode(...head.subarray(0, LOAD_HEAD)).includes("data.pkl");
}

/** [from, to) of each piece; a file without bytes has one empty piece, so that it is sent at all. */
export function loadPieces(size, piece = LOAD_PIECE) {
  const found = [];
  for (let from = 0; from < size; from += piece) found.push([from, Math.min(from + piece, size)]);
  return found.length ? found : [[0, 0]];
}

/** Why a file is not sent, as a word's key, or null. `limit` is in MB. */
export function loadRefusal(name, size, head, limit) {
  const kind = loadKind(name, head);
  if (kind === "pickle") return LOAD_PICKLES.includes(loadSuffix(name)) ? "load-pickle" : "load-pickle-inside";
  if (kind === "unknown") return "load-unknown";
  if (size === 0) return "load-empty";
  return size > limit * 1e6 ? "load-too-large" : null;
}
