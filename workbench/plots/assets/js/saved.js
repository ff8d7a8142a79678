// The entry of a saved page: mounts the frontier over the values that the page has unpacked.

import { mountFrontier } from "./frontier.js";
import { SavedHost } from "./host.js";

const savedRoot = document.getElementById("wb-saved");
const savedHost = new SavedHost(window.workbenchValues);
document.documentElement.lang = savedHost.language === "zh" ? "zh-CN" : "en";
savedRoot.append(mountFrontier(savedHost).root);
savedRoot.dataset.ready = "true";
