"""Sentences about training, in Chinese."""

SENTENCES = {
    "needs-labels": "{step} 从目标值学习，而数据没有目标值（种类 '{kind}'）。请改为从教师模型蒸馏，或建立带目标值的任务。",
    "needs-validation": "{step} 按验证损失提前停止，而没有验证划分。请去掉 patience，或提供验证划分。",
    "nothing-to-train": "{step} 找不到可训练的权重：全部都被冻结。请在需要处设置 requires_grad。",
    "diverged": "{step} 在第 {epoch} 轮发散：损失或某个权重不再是有限数。请用小于 {learning_rate} 的 learning_rate。",
    "gpu-out-of-memory": "以 {batch_size} 为批大小，{step} 放不进 GPU 内存。请减小 batch_size，或用 device='cpu'。",
    "gpu-too-small": "{step} 放不进 GPU 的空闲内存。请结束占用它的其他程序，或选择 CPU（device='cpu'）。",
    "no-cuda": "PyTorch {version} 找不到可用的 GPU，因此没有设备 {device}。请用 'cpu'，或安装与本机驱动相符的 PyTorch。",
    "no-device": "此处没有设备 {device}。请用 'auto' 或 'cpu'。",
    "folds-value": "{samples} 个样本无法分成 {folds} 折。请给出 2 到 {samples} 的整数。",
}
