// A published version on its way to the person's own disk: packed by the kernel, then fetched piece by piece.

import { download, fresh } from "./dom.js";

const PUBLISH_PATIENCE_MS = 20_000;
const PUBLISH_PACKING_MS = 200;

/** Offers a version as a ZIP archive for download; says whether all of it came. A refusal comes back as the panel's value. */
export async function publishFetch(host, name, version) {
  const pieces = await publishPieces(host, name, version);
  if (pieces) download(`${name}-${version}.zip`, new Blob(pieces, { type: "application/zip" }));
  return Boolean(pieces);
}

/** All pieces in their order; null where the kernel refuses, or does not answer. */
export async function publishPieces(host, name, version) {
  const save = `${Date.now()}-${fresh("save")}`;
  const ask = (what, fields) => host.answer(what, { save, ...fields }, undefined, PUBLISH_PATIENCE_MS);
  if (!(await ask("publish-pack", { name, version }))) return null;
  const pieces = [];
  for (let offset = 0; ; ) {
    const piece = await ask("publish-piece", { offset });
    if (piece && piece.wait) await new Promise((resolve) => setTimeout(resolve, PUBLISH_PACKING_MS));
    else if (!piece) return null;
    else if (!piece.byteLength) return pieces;
    else {
      pieces.push(piece);
      offset += piece.byteLength;
    }
  }
}
