"""Sentences about workers and jobs, in Chinese."""

SENTENCES = {
    "worker-crashed": "工作进程在 {step} 途中终止：{signal}。{hint}",
    "worker-memory": "工作进程在 {step} 中被停止：占用内存 {used}，上限 {limit}。请减小批大小，或调高 WORKBENCH_MEMORY_BYTES。",
    "worker-limit": "工作进程在 {step} 中被停止：{limit} 秒的时限已到。请放宽时限，或减少工作量。",
    "worker-interrupted": "工作已中断：任务 {job} 不再有人处理。请重新运行：已完成的步骤都保留着。",
    "worker-no-start": "工作进程没有启动：{why}",
    "step-raised": "{step} 引发 {what}：{why}",
    "out-of-memory": "{step} 耗尽了内存。请减小批大小，或关闭占用内存的其他程序。",
    "cancelled": "已取消。已完成的步骤都保留着，再运行时从那里开始。",
}
