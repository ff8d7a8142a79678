// A published version on its way to the person's own disk, in pieces.

import { download } from "./dom.js";

const PUBLISH_PIECE = 1 << 22; // as the kernel cuts it

/** Offers a version as a ZIP archive for download; says whether all of it came. A refusal comes back as the panel's value. */
export async function publishFetch(host, name, version) {
  const pieces = [];
  let offset = 0;
  for (;;) {
    const piece = await host.answer("publish-saved", { name, version, offset });
    if (!piece) return false;
    pieces.push(piece);
    offset += piece.byteLength;
    if (piece.byteLength < PUBLISH_PIECE) break;
  }
  download(`${name}-${version}.zip`, new Blob(pieces, { type: "application/zip" }));
  return true;
}
