"""Sentences about receipts, in Chinese."""

SENTENCES = {
    "receipt-none": "{path} 不是凭据。请给出以 .receipt.json 结尾、与表格或图片放在一起的文件。",
    "receipt-later": "{path} 是格式 {format} 的凭据，此处读取 {known}。请安装写出它的版本。",
    "receipt-damaged": "{path} 不是完整的凭据：{why}。请取最初写出的那份，或重新绘制它的文件。",
    "receipt-machine": "凭据来自另一台机器（{then}；此处 {here}）：计时数值只显示，不评判。",
    "receipt-versions": "凭据来自其他版本：{changed}。其数值只显示，不评判。",
    "receipt-elsewhere": "凭据来自另一台机器（{then}；此处 {here}）和其他版本：{changed}。其数值只显示，不评判。",
    "receipt-other-data": "数据集 {names} 已不是凭据所指的那个。",
    "receipt-counted": "{judged} 个数值中有 {inside} 个落在原来的区间内。",
    "receipt-counted-rest": "{judged} 个数值中有 {inside} 个落在原来的区间内；另有 {rest} 个只显示，不评判。",
    "receipt-script-gone": "凭据以上的文件夹中没有 {script}。请在含有它的代码目录中运行。",
    "receipt-no-answer": "重新运行了 `{command}`，但没有得到新的数值（退出码 {exit}）。请手动运行以查明原因。",
    "receipt-live": "模型 {name} 是另一个进程的类，因此无法重新制作。请把它放进文件，用 wb.models.load('module:factory') 载入，并以此绘制研究的图片。",
    "receipt-weights-gone": "{model} 的权重不在这个主目录中，也不知道是哪次训练得出的。请先在此用它们打开一个研究，之后便可按摘要找到。",
    "receipt-data-gone": "{task} 的数组不在这个主目录中。请先在此用它们打开一个研究，之后便可按摘要找到。",
}
