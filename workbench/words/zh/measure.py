"""Sentences about measuring, in Chinese."""

SENTENCES = {
    "probe-failed": "无法测得延迟：{why}",
    "speed-batch": "用 {samples} 个样本无法为大小 {batch} 的批计时。样本数至少要等于批大小。",
    "timing-processes": "WORKBENCH_TIMING_PROCESSES 的值是 {value}：请给它 {least} 到 {most} 之间的整数，或将其移除。",
    "speed-threads": "在此无法用 {threads} 个线程计时：可用 1 到 {cores} 个。",
    "speed-slower": "批量 {batch}（线程数：{threads}）时此文件比 {reference} 慢：速度为其 ×{ratio}。",
    "speed-unsteady": "计时期间机器的快慢发生了变化：各进程相差 {drift}，重新测量后仍是如此。请在运行的程序较少时计时。",
    "few-samples": "{n} 个样本太少，得不出 {metric} 的区间：那里写的是整个取值范围。请给出 {least} 个或更多。",
    "metric-not-a-number": "{metric} 在这些样本上不是一个数。",
    "no-better": "总是回答最常见的类别，正确率不会更低（{split} 的 {share}）。权重未经训练，或数据的类别顺序与模型不同时，就会这样。",
    "classes-missing": "{classes} 个类别中有 {missing} 个没有出现在 {split} 中：宏平均只取其余类别。",
    "no-answers": "文件对 {samples} 个样本给出 {found} 个输出，而指标要求每个样本一个回答。",
    "batch-share": "动态量化，因此一个回答取决于同批的其他样本：{n} 个样本中有 {share}（{low} 至 {high}）单独运行与按 {batch} 个一批运行时回答相同；质量按后者计算。",
    "batch-error": "动态量化，因此一个回答取决于同批的其他样本：{n} 个样本单独运行的回答与按 {batch} 个一批运行相差 {share}（{low} 至 {high}）；质量按后者计算。",
    "thread-share": "它的 8 位 LSTM 的回答随线程数而变：{n} 个样本中有 {share}（{low} 至 {high}）用 1 个线程与用 {cores} 核上运行时的默认线程数回答相同；统计以后者为准。",
    "thread-error": "它的 8 位 LSTM 的回答随线程数而变：{n} 个样本用 1 个线程的回答与用 {cores} 核上运行时的默认线程数相差 {share}（{low} 至 {high}）；统计以后者为准。",
    "reload": "在新进程中从磁盘打开，{path} 对 {samples} 个样本中的 {count} 个与制作它的地方回答不同。{where}没有保留任何东西。",
    "differs-in-form": "磁盘上的是另一个图（{why}）。",
    "differs-no-more": "再次运行时，两者回答相同。",
    "answers-not-finite": "文件对 {split} 的 {samples} 个样本中的 {count} 个给出 NaN 或无穷大。没有保留任何东西。",
    "no-validation": "任务没有 {split} 样本，因此无法在其上测量。请为这个划分提供数据。",
}
