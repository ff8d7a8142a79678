"""Sentences of the room `recipes`, in Chinese."""

SENTENCES: dict[str, str] = {
    "step-is-a-class": "{name} 以类的形式写在配方中。请调用它：{name}()。",
    "step-is-none": "{value} 不是技术。配方是技术的列表，例如 Recipe([StructuredPruning(ratio=0.5)])。",
    "not-a-recipe": "{value} 不是配方。请把技术放进配方：wb.Recipe([wb.StructuredPruning(ratio=0.5)])。",
    "step-missing": "此处没有写配方时的那项技术 {name}。请先导入它的包。",
    "step-version": "配方是为 {name} 的版本 {written} 写的，此处是版本 {here}。请重新写一份。",
    "recipe-long": "配方有 {steps} 步，上限 {most} 步。",
    "recipe-json": "{value} 不是 JSON 形式的配方。配方是 Recipe.to_json() 写出的那种步骤列表。",
    "recipe-shape": "这段文本不是配方：{why}。配方是 YAML 的名称列表，每个名称下面写它的字段。",
    "numerics-first": "{then} 不能在 {first} 之后：{first} 作用于导出的文件，须放在最后。请把 {then} 放在前面。",
    "numerics-twice": "{then} 不能在 {first} 之后：数值只有一种存储方式。请只保留其中一个。",
    "weights-first": "{then} 不能在 {first} 之后：它会改变形状，从而抵消对权重所做的工作。请把 {then} 放在前面。",
    "step-needs-labels": '{step} 需要标签，而 {task} 没有：它的种类是 "outputs"。Distillation(alpha=0) 不需要标签。',
    "needs-module": "{step} 需要 PyTorch 模块，而 {model} 是 ONNX 文件。请使用作用于文件的技术。",
}
