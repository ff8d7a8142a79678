// Words of the panel Load.

import { addWords } from "./words.js";

addWords({
  "load-lead": ["A model and the data it is judged on", "模型，以及评判它的数据"],
  "load-examples": ["Examples", "示例"],
  "load-title-digits": ["Handwritten digits, ResNet-8", "手写数字（digits），ResNet-8"],
  "load-title-digits-tokens": ["Digits as sequences, LSTM", "数字序列（digits），LSTM"],
  "load-title-fashion-mnist": ["Fashion-MNIST, ResNet-14", "Fashion-MNIST，ResNet-14"],
  "load-says-digits": ["grey pictures of 8 × 8, 10 classes", "8 × 8 灰度图，10 类"],
  "load-says-digits-tokens": ["64 tokens each, 10 classes", "每个 64 个词元，10 类"],
  "load-says-fashion-mnist": ["pictures of clothes, 10 classes; trains for minutes at first", "服装图片，10 类；首次需训练数分钟"],
  "load-empty-state": [
    "Choose an example, and its model, its data and its answers are shown here. Nothing runs before.",
    "选择一个示例，它的模型、数据和回答会显示在这里。在此之前什么都不会运行。",
  ],
  "load-studies": ["Studies that are here", "已有的研究"],
  "load-go-on": ["Go on", "继续"],
  "load-again": ["Try again", "重试"],
  // what is shown
  "load-figure-inputs": ["Input", "输入"],
  "load-figure-outputs": ["Output", "输出"],
  "load-figure-parameters": ["Parameters", "参数"],
  "load-figure-macs": ["MACs", "乘加次数"],
  "load-figure-size_bytes": ["Size", "大小"],
  "load-figure-quality": ["Quality", "质量"],
  "load-figure-validation": ["Validation set", "验证集"],
  "load-classes": ["{count} classes", "{count} 类"],
  "load-answers": ["What the model answers now, on {count} validation samples", "模型现在的回答，{count} 个验证样本"],
  "load-samples": ["The first {count} validation samples", "前 {count} 个验证样本"],
  "load-answering": ["The first {count} validation samples; the model's answers follow", "前 {count} 个验证样本；模型的回答随后显示"],
  // what is going on
  "load-step-data": ["Reads the data", "读取数据"],
  "load-step-worker": ["Waits for the worker, which trains the model here, once", "等待工作进程在此训练模型（仅一次）"],
  "load-step-fit": ["Trains the model here, once", "在此训练模型（仅一次）"],
  "load-step-epoch": ["Trains the model here, once: epoch {done} of {of}", "在此训练模型（仅一次）：第 {done} / {of} 轮"],
  "load-step-baseline": ["Exports the model and measures the file", "导出模型并测量文件"],
  "load-progress": ["Progress", "进度"],
  // own files
  "load-own": ["Your own model and data", "自己的模型和数据"],
  "load-limit": [
    "Drop a trained model (ONNX), weights (safetensors) or data here: an npz with x, the samples, and y, the answers; or a csv whose last column is the answer. Up to {limit} MB; for a larger file give its path on the server.",
    "把训练好的模型（ONNX）、权重（safetensors）或数据拖到这里：npz 含 x（样本）和 y（答案），或最后一列为答案的 csv。上限 {limit} MB；更大的文件请填写服务器上的路径。",
  ],
  "load-path": ["Path on the server, or package.module:factory", "服务器上的路径，或 package.module:factory"],
  "load-take": ["Take it", "使用"],
  "load-choose": ["Choose a file", "选择文件"],
  "load-sending": ["{name} is on its way", "正在上传 {name}"],
  "load-pickle": [
    "{name} was not opened: a .{suffix} file is a pickle, and a pickle can run code. Save it as ONNX or safetensors and drop it again.",
    "{name} 没有打开：.{suffix} 是 pickle，打开时可能执行代码。请存为 ONNX 或 safetensors 再拖入。",
  ],
  "load-pickle-inside": [
    "{name} was not opened: it is a pickle in spite of its name, and a pickle can run code. Save it as safetensors or .npz.",
    "{name} 没有打开：不论名称如何，它是 pickle，打开时可能执行代码。请存为 safetensors 或 .npz。",
  ],
  "load-unknown": [
    "{name} was not opened: it is no model (.onnx), weights (.safetensors) or data (.npz, .csv). Drop one of these.",
    "{name} 没有打开：它不是模型（.onnx）、权重（.safetensors）或数据（.npz、.csv）文件。请拖入这几种文件。",
  ],
  "load-empty": ["{name} holds nothing. Drop the whole file.", "{name} 是空文件。请拖入完整的文件。"],
  "load-unreadable": ["{name} cannot be read on your side. Choose it again.", "无法读取您的 {name}。请重新选择。"],
  "load-too-large": [
    "{name} is larger than {limit} MB and was not sent. Give its path on the server.",
    "{name} 超过 {limit} MB，没有上传。请填写服务器上的路径。",
  ],
  "load-cut-off": [
    "{name} did not arrive: the kernel does not answer. Drop it again when it does.",
    "{name} 没有传到：内核没有回应。恢复后请再拖入一次。",
  ],
  "load-data": ["Data", "数据"],
  "load-network": ["Network", "网络"],
  "load-weights": ["Weights", "权重"],
  "load-weights-none": ["none; the network begins at random", "无；网络从随机值开始"],
  "load-weights-own": ["those that the factory gives", "由工厂函数给出"],
  "load-weights-are": ["{name}, {size}, {count} numbers", "{name}，{size}，{count} 个数"],
  "load-weights-file": ["those in the file, {count} numbers", "文件中的权重，{count} 个数"],
  "load-data-none": ["none yet", "尚无"],
  "load-needs-data": [
    "{name} is here. Now drop the data that it is judged on (.npz, .csv), with inputs of the form shown, or choose one.",
    "{name} 已就绪。请再拖入用来评判它的数据（.npz、.csv），输入须为所示形状，或从中选择。",
  ],
  "load-left-out": [
    "Its last Softmax is left out: training takes the scores before it. Probabilities are still shown and published.",
    "省去了末尾的 Softmax：训练使用它之前的分数。概率仍会显示并发布。",
  ],
  "load-train": ["Train it here first, 10 epochs", "先在此训练 10 轮"],
  "load-study": ["Name of the study", "研究名称"],
  "load-open": ["Measure it as the baseline", "作为基线测量"],
  "load-away": ["Take away", "移除"],
});
