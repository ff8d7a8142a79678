// Every word of the page, English and Chinese: those of all panels here, those of one panel in words-<panel>.js beside this.
// Sentences about models come from the library in its own words.

export const WORDS = {
  // panels
  load: ["Load", "载入"],
  model: ["Model", "模型"],
  recipe: ["Recipe", "配方"],
  frontier: ["Frontier", "前沿"],
  run: ["Run", "运行"],
  compare: ["Compare", "比较"],
  publish: ["Publish", "发布"],
  // every panel
  "copy-as-code": ["Copy as code", "复制为代码"],
  copied: ["Copied", "已复制"],
  "not-copied": ["Not copied: the browser refuses", "未复制：浏览器不允许"],
  lost: [
    "No answer from the kernel since {time}. What you typed is kept, and this view is from then.",
    "内核自 {time} 起没有回应。您输入的都保留着，此视图停在那时。",
  ],
  "lost-job": [
    "No answer from the kernel since {time}. The job goes on, what you typed is kept, and this view is from then.",
    "内核自 {time} 起没有回应。任务继续，您输入的都保留着，此视图停在那时。",
  ],
  "connect-again": ["Connect again", "重新连接"],
  "not-there": ["The server does not answer either. Try again when it has been started.", "服务器也没有回应。请在它启动后再试。"],
};

/** Adds the words of one panel. */
export function addWords(words) {
  Object.assign(WORDS, words);
}

/** A word of the page in the language, its {fields} filled in. An unknown key is shown as it is, so that a test finds it. */
export function word(language, key, fields = {}) {
  const both = WORDS[key];
  if (!both) return key;
  const text = both[language === "zh" ? 1 : 0];
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in fields ? String(fields[name]) : whole));
}

/** The page's language: the one asked for, else the browser's, else English. */
export function languageOf(asked) {
  if (asked === "en" || asked === "zh") return asked;
  const browser = typeof navigator === "undefined" ? "en" : navigator.language || "en";
  return browser.toLowerCase().startsWith("zh") ? "zh" : "en";
}
