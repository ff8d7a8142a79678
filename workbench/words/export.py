"""Sentences about the way from module to file."""

SENTENCES = {
    "export-failed": "The module cannot be exported to ONNX: {why}",
    "batch-fixed": "The model does not take a batch of {size}: its code fixes the batch, as x.view(2, ...) does ({why}). Write x.view(x.shape[0], ...) there.",
    "checker-refuses": "The ONNX checker refuses the exported file: {why}",
    "parity": "Parity: the file differs from {truth} by {difference} of the largest output, the limit is {limit}. {where} Nothing was kept.",
    "differs-in-layer": "The first layer whose output is not in the file is {layer} ({kind}).",
    "differs-behind-layers": "The outputs of all layers are in the file: it differs in what the module does with them.",
}
