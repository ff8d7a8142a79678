"""Sentences about the way from module to file."""

SENTENCES = {
    "export-failed": "The module cannot be exported to ONNX: {why}",
    "checker-refuses": "The ONNX checker refuses the exported file: {why}",
    "parity": "Parity: the file differs from {truth} by {difference} of the largest output, the limit is {limit}. Nothing was kept.",
}
