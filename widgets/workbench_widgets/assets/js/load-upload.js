// A file on its way to the kernel: in pieces, each one answered before the next goes, with its SHA-256 at the end.

import { fresh } from "./dom.js";
import { LOAD_HEAD, loadPieces, loadRefusal, loadSuffix } from "./load-files.js";
import { Sha256 } from "./sha256.js";
import { word } from "./words.js";

const LOAD_PATIENCE_MS = 20_000;

/**
 * Sends a file, the `first` of those given at once or not; `progress(share)` is called after every piece, and says whether it goes on. Returns null when it is there, else a sentence. What the kernel
 * itself refuses comes back as the panel's value.
 */
export async function loadSend(host, file, limit, progress, first) {
  const said = (key) => word(host.language, key, { name: file.name, suffix: loadSuffix(file.name), limit });
  try {
    return await loadSent(host, file, limit, progress, first, said);
  } catch {
    return said("load-unreadable"); // moved or changed on the person's own disk
  }
}

async function loadSent(host, file, limit, progress, first, said) {
  const head = new Uint8Array(await file.slice(0, LOAD_HEAD).arrayBuffer());
  const refused = loadRefusal(file.name, file.size, head, limit);
  if (refused) return said(refused);
  const upload = { name: file.name, size: file.size, upload: `${Date.now()}-${fresh("file")}`, first };
  const digest = new Sha256();
  for (const [from, to] of loadPieces(file.size)) {
    const bytes = new Uint8Array(await file.slice(from, to).arrayBuffer());
    digest.add(bytes);
    const end = to === file.size ? { sha256: digest.hex() } : {};
    const answer = await host.answer("upload", { ...upload, offset: from, ...end }, [bytes], LOAD_PATIENCE_MS);
    if (answer === null) return ""; // refused: the kernel has said why
    if (answer === undefined) return said("load-cut-off");
    if (!progress(to / file.size) && !end.sha256) {
      host.ask("upload-drop", { upload: upload.upload });
      return "";
    }
  }
  return null;
}
