"""Sentences of the command line and the page, in Chinese."""

SENTENCES = {
    "cli-usage": "无法执行 {call}：{why} 用法见 `{help} --help`。",
    "cli-unexpected": "在不该出错的地方引发了 {kind}：{why}。调用栈见 {log}。",
    "cli-cancelled": "已取消。已完成的步骤都保留着，同一命令会从那里继续。",
    "recipe-file": "{path} 不是文本文件，因此其中没有配方。配方是 Recipe.to_yaml() 写出的那种 YAML。",
    "recipe-in-file": "{path}：{why}",
    "demo-failed": "{of} 个候选中有 {count} 个失败。第一个是 {name}：{reason}",
    "no-lab": "页面需要附加组件 lab。安装方法：pip install 'workbench[lab]'",
}
