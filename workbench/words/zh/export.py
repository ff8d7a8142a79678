"""Sentences about the way from module to file, in Chinese."""

SENTENCES = {
    "export-failed": "无法把模块导出为 ONNX：{why}",
    "batch-fixed": "模型不接受大小为 {size} 的批：它的代码固定了批大小，如 x.view(2, ...)（{why}）。请在那里写 x.view(x.shape[0], ...)。",
    "checker-refuses": "ONNX 检查器拒绝导出的文件：{why}",
    "parity": "一致性：文件与 {truth} 相差最大输出的 {difference}，上限 {limit}。{where}没有保留任何东西。",
    "differs-in-layer": "输出不在文件中的第一层是 {layer}（{kind}）。",
    "differs-behind-layers": "所有层的输出都在文件中：差异在于模块如何使用它们。",
}
