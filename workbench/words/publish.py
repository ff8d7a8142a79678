"""Sentences about published artifacts, and those of the model card."""

SENTENCES = {
    "published-name": "{name} cannot be {what}: use 1 to 80 letters, digits, dots, dashes and underscores, "
    "beginning with a letter or a digit.",
    "name-taken": "{name} belongs to the study {study}. Choose another name.",
    "name-busy": "Somebody else has been publishing under {name} for {minutes} minutes. Publish again when that is done.",
    "version-taken": "{name} has a version {version} already. Publish again for the next one.",
    "alias-contended": "Others keep moving the alias {alias} of {name}. The version is published; move the alias again later.",
    "file-changed": "The file of {candidate} is not the one that was measured: its bytes have changed. Run its recipe again.",
    "no-published": "Nothing is published under {name}. The nearest is {nearest}.",
    "no-version": "{name} has no version {version}. It has {known}.",
    "no-alias": "{name} has no alias {alias}. It has {known}.",
    "no-artifact": "There is no artifact at {path}. Give the folder of a published version, or its name.",
    "artifact-lacks": "The artifact {path} lacks {file}. Publish its candidate again, or take a whole copy.",
    "artifact-changed": "The artifact {path} was changed after publication: {file} is not what was written. Take a whole copy.",
    "artifact-seal": "The artifact {path} was changed after publication: {file} does not match {seal}. Take a whole copy.",
    "artifact-field": "The artifact {path} is not whole: {file} holds no proper {field}. Take a whole copy.",
    "artifact-newer": "The artifact {path} has the form {schema}, and this version reads up to {known}. Install a newer one.",
    "predict-needs-names": "The model takes several inputs. Give a dict with an array for each: {names}.",
    "predict-lacks": "The input {name} is missing.",
    "predict-unknown": "The model has no input called {name}. The nearest is {nearest}.",
    "predict-no-array": "The input {name} is no array: {why}.",
    "predict-type": "The input {name} must hold {wanted}, and holds {given}. Convert it first.",
    "predict-shape": "The input {name} must have the shape {wanted} (N samples), not {given}. One sample is a batch of 1.",
    "predict-counts": "The inputs differ in how many samples they hold: {counts}. Give as many of each.",
    "predict-not-finite": "The input {name} holds NaN, infinity or a number too large for its type, first in sample {index}.",
    "predict-range": "The input {name} holds a number that does not fit into {wanted}.",
    "predict-failed": "ONNX Runtime cannot run the file on these inputs: {why}",
    "card-picture": "{metric} at each size; the ring marks this version",
    "card-classification": "Takes {inputs} and tells {count} classes apart: {classes}. The scores are {outputs}.",
    "card-regression": "Takes {inputs} and predicts {outputs}.",
    "card-outputs": "Takes {inputs} and gives {outputs}.",
    "card-takes": "Takes {inputs}.",
    "card-some": "{names} and {more} more",
    "card-use": "Runs in ONNX Runtime; PyTorch is not needed. For a copy of this folder, give its path instead of the name.",
    "card-preprocessing": "Inputs have to be prepared as those of the task were:",
    "card-packed": "The file is stored packed, as `{file}`, and unpacked in memory; "
    "`wb.unpack` gives the bytes of `model.onnx`, verified.",
    "card-measured": "Every figure is of the file `model.onnx`. An interval of 95 % says how far off "
    "another sample of the same kind, or another run on the same machine, may be. "
    "Quality is counted in consecutive batches of {batch} samples.",
    "card-smaller": "{share} smaller than the baseline ({size} against {baseline}).",
    "card-same-size": "As large as the baseline ({size}).",
    "card-larger": "{share} larger than the baseline ({size} against {baseline}).",
    "card-against": "{metric} on validation is {value} against the baseline's {baseline}, on the same {n} samples",
    "card-look-one": "The test split ({samples} samples) was scored once in this study, at this "
    "publication. No choice read it.",
    "card-looks": "The test split ({samples} samples) was scored {looks} times in this study so far: who chose by "
    "what those looks said has test figures that are too good.",
    "card-made": "Candidate {candidate} of the study {study}, on the task {task}, by this recipe:",
    "card-step": "{step}: {touched} of {layers} layers",
    "card-step-integer": "{step}: {touched} of {layers} layers. ONNX Runtime runs {integer_operators} operators in integers "
    "and {float_operators} in floating point.",
    "card-parity": "Held against {truth} on {n} validation samples: ONNX Runtime's answers differ by {difference} of the "
    "largest output at most (the limit is {limit}).",
    "card-parity-held": "Held against {truth} on {samples} validation samples: ONNX Runtime's answers agree.",
    "card-versions": "Made with {versions}.",
    "card-limit-bias": "Not evaluated: which groups or classes the errors fall on (bias), and whether that is fair.",
    "card-limit-data": "Not evaluated: inputs that are unlike the data set, and inputs that are made to deceive.",
    "card-limit-machine": "Latency and speed-up hold on the machine that is named, and are others elsewhere.",
    "card-limit-batch": "Dynamically quantized: an answer depends on the other samples in its batch. "
    "`predict` runs batches of 64.",
    "card-emulated": "On {n} validation samples an emulation of such a CPU differs in {metric} by {gap} ({low} to {high}).",
    "card-emulated-alike": "It answers {share} of them alike.",
    "card-licence": "Licence of the model: {model}. Licence of the data: {data}.",
    "card-no-use": "No intended use was given at publication.",
}
