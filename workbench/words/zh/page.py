"""Sentences of the page's own controls, in Chinese."""

SENTENCES = {
    "nothing-loaded": "还没有载入任何东西。请选择一个示例，或自己的模型和数据。",
    "no-example": "没有名为 {name} 的示例。最接近的是 {nearest}。",
    "upload-large": "{name} 超过 {limit} MB，不予接收。请填写它在服务器上的路径。",
    "download-broken": "下载中断了。请再保存一次。",
    "upload-broken": "{name} 没有完整传到。请再拖入一次。",
    "own-kind": "{name} 既不是模型（.onnx），也不是权重（.safetensors）或数据（.npz、.csv），也不是 package.module:factory。请给出其中一种。",
    "own-part": "{name} 存有某个 ONNX 文件的权重，而该文件不在这里。请把它也拖入，先拖 .onnx。",
    "own-missing": "服务器上没有 {name}。请填写完整路径，或拖入文件。",
    "own-incomplete": "还没有{what}。请拖入，或填写路径。",
    "own-study-there": "已有研究 {name}。请继续它，或换一个名称。",
    "page-interval": "{value}（{low} 至 {high}）",
    "page-made": "{recipe}，来自 {model}（{size}）",
    "page-quality": "验证集{metric} {value}",
    "page-quality-tested": "验证集{metric} {value}；测试集 {test}",
    "publish-needs-name": "制品需要一个名称：1 到 80 个字母、数字、点、短横线和下划线。",
}
