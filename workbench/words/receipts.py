"""Sentences about receipts."""

SENTENCES = {
    "receipt-none": "{path} is no receipt. Name a file that ends in .receipt.json and lies beside a table or a picture.",
    "receipt-later": "{path} is a receipt of format {format}, and {known} is read here. Install the version that wrote it.",
    "receipt-damaged": "{path} is not a whole receipt: {why}. Take it from where it was first written, or draw its file again.",
    "receipt-machine": "The receipt is of another machine ({then}; here {here}): timed figures are shown and not judged.",
    "receipt-versions": "The receipt is of other versions: {changed}. Its figures are shown and not judged.",
    "receipt-elsewhere": "The receipt is of another machine ({then}; here {here}) and of other versions: {changed}. "
    "Its figures are shown and not judged.",
    "receipt-other-data": "The data set {names} is another one now than the receipt names.",
    "receipt-counted": "{inside} of {judged} figures lie in their old intervals.",
    "receipt-counted-rest": "{inside} of {judged} figures lie in their old intervals; {rest} more are shown and not judged.",
    "receipt-script-gone": "There is no {script} in a folder above the receipt. Run from the checkout that has it.",
    "receipt-no-answer": "`{command}` was run again and ended without new figures (exit code {exit}). Run it by hand to see why.",
    "receipt-live": "The model {name} is a class of another process, so it cannot be made again. Put it into a file, load it by "
    "wb.models.load('module:factory'), and draw the picture of a study with that.",
    "receipt-weights-gone": "The weights of {model} are not in this home and no fit is known that made them. Open a study with "
    "them here first, and they are found by their digest.",
    "receipt-data-gone": "The arrays of {task} are not in this home. Open a study with them here first, and they are found by "
    "their digest.",
}
