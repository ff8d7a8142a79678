"""Sentences about ONNX files, in Chinese."""

SENTENCES = {
    "runtime-refuses": "ONNX Runtime 无法载入 {path}：{why}",
    "runtime-crashes": "ONNX Runtime 在 {path} 上崩溃（{why}）。没有保留任何东西。请去掉这项技术。",
    "fresh-process": "从磁盘打开 {path} 的新进程没有给出回答就结束了：{why}",
    "differs-first": "第一个不同的算子是 {node}（{kind}）：它的输入一致。",
    "differs-when-fused": "首先在 {node}（{kind}）处不同，且仅当 ONNX Runtime 把它与前面的算子融合时才如此。",
    "pack-size": "{size} 字节的文件无法打包。请给出 1 到 {most} 字节的文件。",
    "not-packed": "{path} 的开头不是打包文件的样子。请先打包，或取一份完整的副本。",
    "packed-damaged": "打包文件 {path} 已损坏：被截断，或字节有改动。请取一份完整的副本。",
    "packed-newer": "打包文件 {path} 的格式为 {version}，此版本最多读到 {known}。请安装更新的版本。",
    "not-onnx": "{path} 不是含有算子的 ONNX 文件。",
    # what a certificate says of an operator
    "pairs-fit": "相邻两个乘积之和在 {low} 到 {high} 之间，16 位放得下。",
    "pairs-saturate": "{total} 个通道中的 {channels} 个里，{pairs} 对相邻权重中有 {count} 对可能超出 16 位。",
    "sums-of-two-unsigned": "两个操作数都是无符号的，以 32 位求和。",
    "sums-of-two-signed": "两个操作数都是有符号的，以 32 位求和。",
    "sums-of-depthwise": "各通道单独卷积，以 32 位求和。",
    "sums-of-conv-integer": "ConvInteger 以 32 位求和。",
    "weights-computed": "两个操作数都是计算得出的，因此两个乘积之和没有界限。",
    "weights-moved": "权重在反量化之后被重新排列，因此不知道哪些是相邻的。",
    "weights-of-another-type": "权重不是以 8 位存储；{kind} 如何相乘尚不清楚。",
    "kernel-not-known": "{kind} 的内核如何对乘积求和尚不清楚。",
    # what it says of a file
    "certificate": "已认证：{total} 个整数算子都不会饱和，因此有无 VNNI 的 x86 CPU 回答相同。",
    "certificate-of-ranges": "在给定的激活范围内已认证：{total} 个整数算子都不会饱和，因此有无 VNNI 的 x86 CPU 回答相同。",
    "certificate-refused": "未认证：在没有 VNNI 的 x86 CPU 上，{total} 个整数算子中有 {count} 个可能饱和。StaticQuantization(portable=True) 给出不会饱和的文件。",
    "certificate-unknown": "未认证：{total} 个整数算子中有 {count} 个，不知道在没有 VNNI 的 x86 CPU 上是否会饱和。",
    "certificate-float": "已认证：没有整数算子，因此各种 CPU 之间只有浮点舍入的差别。",
    "not-simulated": "{kind} 在此无法模拟（{why}），因此不知道没有 VNNI 的 CPU 会如何回答。",
}
