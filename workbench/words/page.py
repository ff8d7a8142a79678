"""Sentences of the page's own controls."""

SENTENCES = {
    "nothing-loaded": "Nothing is loaded yet. Choose an example, or a model and data of your own.",
    "no-example": "There is no example called {name}. The nearest is {nearest}.",
    "upload-large": "{name} is larger than {limit} MB and is not taken. Give its path on the server.",
    "download-broken": "The download was interrupted. Save it again.",
    "upload-broken": "{name} did not arrive whole. Drop it again.",
    "own-kind": "{name} is neither a model (.onnx), nor weights (.safetensors), nor data (.npz, .csv), and no "
    "package.module:factory. Give one of these.",
    "own-part": "{name} holds the weights of an ONNX file that is not here. Drop the file too, the .onnx first.",
    "own-missing": "{name} is not on the server. Give the whole path, or drop the file.",
    "own-incomplete": "There is no {what} yet. Drop it, or give its path.",
    "own-study-there": "There is a study {name} already. Go on with it, or choose another name.",
    "page-interval": "{value} ({low} to {high})",
    "page-made": "{recipe}, from {model} ({size})",
    "page-quality": "{metric} {value} on validation",
    "page-quality-tested": "{metric} {value} on validation; {test} on test",
    "publish-needs-name": "The artifact needs a name: 1 to 80 letters, digits, dots, dashes and underscores.",
}
