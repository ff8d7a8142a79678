"""Sentences about files, folders and disks, in Chinese."""

SENTENCES = {
    "disk-full": "磁盘已满：无法写入 {path}。没有留下写了一半的文件；腾出空间后再试。",
    "not-writable": "无法写入 {path}（{why}）。请换一个文件夹，例如通过变量 WORKBENCH_HOME 指定。",
    "not-json": "{path} 不是可读的 JSON：{why}。",
    "file-missing": "没有文件 {path}。",
}
