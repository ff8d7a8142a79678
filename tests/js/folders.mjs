// Modules lie in two folders (those that a saved page needs too, and the widgets' own) and import each other as if they lay in
// one, as they do once joined. Imported before them, this finds a module in whichever folder has it.

import { existsSync } from "node:fs";
import { register } from "node:module";
import { fileURLToPath } from "node:url";

export const FOLDERS = ["../../widgets/workbench_widgets/assets/js/", "../../workbench/plots/assets/js/"].map((folder) => new URL(folder, import.meta.url).href);

/** Where a module of that name is. */
export function found(name) {
  return FOLDERS.map((folder) => new URL(name, folder).href).find((url) => existsSync(fileURLToPath(url)));
}

const hook = `
  import { existsSync } from "node:fs";
  import { fileURLToPath } from "node:url";
  const folders = ${JSON.stringify(FOLDERS)};
  export function resolve(specifier, context, next) {
    const place = specifier.startsWith("./") && folders.find((folder) => existsSync(fileURLToPath(new URL(specifier, folder))));
    return place && context.parentURL && folders.some((folder) => context.parentURL.startsWith(folder)) ? next(new URL(specifier, place).href, context) : next(specifier, context);
  }`;

register(`data:text/javascript,${encodeURIComponent(hook)}`, import.meta.url);
