"""Sentences about models, their code and their weights."""

SENTENCES = {
    "weights-gone": "The stored weights of {model} are gone or damaged. Fit it again, or give its weights file again.",
    "no-architecture": "There is no architecture called {name}. The nearest is {nearest}.",
    "zoo-argument": "{name} has no argument called {argument}. Its arguments are {known}.",
    "zoo-inputs": "{name} takes {takes}, and the inputs of {task} are {found}. Choose one of {others}.",
    "zoo-outputs": "The task {task} does not say how many numbers a model answers, so {name} cannot be made for it. "
    "Bring a model of your own.",
    "not-a-model": "A value of type {found} is no model. Give an nn.Module, or what wb.models.create or wb.models.load returned.",
    "weights-alone": "A value of type {found} is no model: a state dict has weights, and no network that they belong to. Load "
    "it by module.load_state_dict and give the module, or name factory and weights file: wb.models.load(..., weights=...).",
    "factory-form": "{reference} is not of the form package.module:factory.",
    "factory-missing": "There is no module {module} in {folders}. Run from its folder, or name that folder by PYTHONPATH.",
    "factory-syntax": "{path} is not Python that can be read: {why}.",
    "factory-name": "The module {module} has no {factory}. Name a function that returns the network.",
    "factory-not-callable": "{reference} is of type {found} and cannot be called. Name a function that returns the network.",
    "factory-failed": "{reference} failed when it was called: {why}",
    "factory-result": "{reference} returns a value of type {found} and not an nn.Module.",
    "factory-changed": "The code behind {reference} is not what it was when the model was described. "
    "Load it again by wb.models.load, or restore the old code.",
    "class-gone": "The class {name} lives in no file that can be found here. Define it again and give the module again.",
    "class-not-portable": "{name} cannot be handed to a worker process: {why}. Keep open files, locks and generators out "
    "of the module, or put it behind a factory and wb.models.load.",
    "weights-missing": "There is no weights file {path}.",
    "weights-unreadable": "{path} is not a whole weights file: {why}",
    "pickle-refused": "{path} is not a plain state dict: reading it runs code, or it is damaged. It is refused, and nothing "
    "in it was run. Save the weights by torch.save(module.state_dict(), path), or as safetensors.",
    "not-a-state-dict": "{path} holds a value of type {found} and not a state dict of tensors by name.",
    "weights-misfit": "The weights do not fit {model}: {first}{more}.{others}",
    "weights-lazy": "{layer} has no weights yet: it waits for its first input. Call the module once before it is given.",
    "nan-weights": "The weights of {layer} hold NaN or infinite values. Train again with a lower learning rate, "
    "or load whole weights.",
    "input-misfit": "The model does not take the inputs of {task} ({inputs}): {why}",
    "output-form": "The model answers {found}. It has to answer one tensor: wrap it in a module that picks that one.",
    "output-misfit": "The model's answer to a sample has the size {found}, and the task {task} needs {expected}.{hint}",
    "model-not-finite": "{name} answers with NaN or infinity on {count} of {samples} samples. Give it inputs that are "
    "scaled as they were in its training, or weights that were trained with a lower learning rate.",
    "inputs-order": "{model} takes its inputs in the order {wanted}, and {task} has them as {found}. Make the task in the model's "
    "order.",
    "onnx-form-pictures": "{name} takes {input} as N x H x W x C, and pictures of whole numbers from 0 to 255 are made N x C x H x W "
    "from 0 to 1 here. Save them as float32, in the form and on the scale of the model's training: so they are taken as they are.",
    "onnx-share": "{name} answers one number from 0 to 1 for two classes, and no Sigmoid at its end was found that makes it: it may "
    "be a share or a score. End it in a Sigmoid, or in the number before it.",
    "onnx-missing": "There is no ONNX file {path}.",
    "onnx-damaged": "{name} is not a whole ONNX file: {why}. Export it again, and give the whole file.",
    "onnx-data-missing": "The weights of {name} are in {data}, which is not beside it. Give both files, or export it as one: "
    "torch.onnx.export(..., external_data=False).",
    "onnx-outside": "{name} keeps weights at {where}, outside its own folder, and they are not read. Export it as one file.",
    "onnx-quantized": "{name} is quantized ({operator}) and cannot be trained or pruned any more. Load the float file that it "
    "was made from.",
    "onnx-operator": "The operator {operator} of the node {node} has no PyTorch counterpart here. Give the network as a "
    "module or a factory, or export it without that operator.",
    "onnx-computed": "The operator {operator} of the node {node} takes {input}, which is computed from the data and is no "
    "constant. Give the network as a module or a factory.",
    "onnx-padding": "The transposed convolution {node} ({operator}) is padded in a way that PyTorch does not have. Export it "
    "with the same padding on both sides.",
    "onnx-resize": "The node {node} ({operator}) makes images larger in a way that PyTorch does not have. Export it with nearest or "
    "linear interpolation.",
    "onnx-recurrent": "The recurrent layer {node} ({operator}) is of a kind that PyTorch does not have. Give the network as a "
    "module or a factory.",
    "onnx-inputs": "{name} takes {found} inputs, and {task} has {wanted}. Give data with the same inputs, {most} at most.",
    "onnx-form": "{name} takes {input} as {found} of {kind}, and the inputs of {task} are {wanted} of {dtype}. Give data of that "
    "form.",
    "onnx-outputs": "{name} has the outputs {found}, of which {count} can be the answer. Export it with the one that is: of a "
    "classification a score for each class, not the class.",
    "onnx-runs-not": "ONNX Runtime does not run {name} on samples of the task: {why}. Export it again.",
    "onnx-batch": "{name} works for one size of batch only: {why}. Export it with a dynamic batch.",
    "onnx-freed-differs": "{name} answers otherwise when it takes several samples at a time (difference {difference} of the "
    "largest output). Export it with a dynamic batch.",
    "onnx-fails": "The network of {name} does not run in PyTorch: {why}. Give it as a module or a factory.",
    "onnx-differs": "In PyTorch {name} answers otherwise than the file, first at the node {node} ({operator}): difference "
    "{difference} of the largest output. Give the network as a module or a factory.",
    "onnx-gone": "The ONNX file of {name} is gone from the store, or damaged. Load it again by wb.models.load.",
    "onnx-task": "An ONNX file is held against its own answers on samples. Name the data too: wb.models.load(path, task=task).",
    "onnx-weights": "An ONNX file has its weights in it. Load it without weights= and arguments=.",
}
