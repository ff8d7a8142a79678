"""Sentences about tasks and their data."""

SENTENCES = {
    "no-task": "There is no task called {name}. The nearest is {nearest}.",
    "not-a-task": "{value} is no task. Load one by its name, wb.tasks.load({known!r}), or make one by wb.tasks.from_arrays.",
    "data-missing": "The data set {name} is not on this machine: {file} is in none of {folders}. Install the package "
    "{package}, or name the folder that holds it by the variable WORKBENCH_DATA.",
    "not-idx": "{path} is not a whole IDX file: {why}. Install its package again.",
    "task-name": "A task needs a name: a text with at least one character, not {value}.",
    "task-kind": "There is no kind of task called {value}. The kinds are classification, regression and outputs.",
    "split-form": "{split} is not a pair (inputs, targets). Give {split}=(x, y), and {split}=(x, None) for kind='outputs'.",
    "split-empty": "{split} holds no sample. Give it at least one.",
    "split-lengths": "{split}: {first} has {first_length} samples and {second} has {second_length}. Give both the same number.",
    "tensor-names": "The task {task} has {wanted} inputs and one output, and {found} do not name them. Give every one of them a name "
    "of its own, the output's last.",
    "split-differs": "{split}: {name} is {found}, in train it is {expected}. Give every split the same names (in the same order), shapes and types.",
    "input-names": "{split}: the inputs are a dict without names, or with a name that is not a text. Give each array a name.",
    "input-type": "{split}: {name} holds {found}, which no network takes. Give numbers, all rows of the same shape.",
    "input-scalar": "{split}: {name} is a single number. Its first axis has to be the samples.",
    "not-finite": "{split}: {name} holds NaN or infinite values, the first in sample {index}. Repair or drop these samples.",
    "file-not-finite": "{name}: the array {array} holds NaN or infinite values, the first in row {row} (counted from 0). Repair or "
    "drop these rows.",
    "targets-missing": "{split} has no targets, and a {kind} needs them. Give (x, y), or choose kind='outputs'.",
    "targets-unused": "{split} has targets, and kind='outputs' uses none. Give (x, None), or choose another kind.",
    "targets-type": "{split}: the targets hold {found}. A {kind} takes {wanted}.",
    "labels-shape": "{split}: the labels have the shape {shape}. Give one label per sample, a class and not a row of scores.",
    "labels-not-whole": "{split}: the label {value} of sample {index} is not a whole number. Give class numbers, "
    "or choose kind='regression'.",
    "labels-range": "{split}: the label {value} of sample {index} is not one of the {count} classes 0 to {last}.",
    "labels-large": "The largest label is {value}: labels are class numbers from 0. Number the classes, give them as texts, "
    "or choose kind='regression'.",
    "label-unknown": "{split}: the label '{value}' of sample {index} is none of the classes {classes}.",
    "labels-mixed": "{split}: the labels are {found}, in train they are {expected}. Give the same kind everywhere.",
    "classes-one": "The data has one class only, {label}, and a classification needs two. Give samples of a second class too; "
    "data in which there is nothing to tell apart goes without labels (no y, kind='outputs').",
    "classes-repeat": "The class '{value}' is named twice. Give every class a name of its own.",
    "preprocessing-form": "The preprocessing is not JSON ({why}). Give a table of numbers, texts and lists.",
    "pickle-unopened": "{name} is not opened: it is a pickle, or holds one, and a pickle can run code. Save weights as safetensors and arrays as .npz.",
    "file-kind": "{name} is no file of data. Give arrays as .npz, or a table as .csv.",
    "file-damaged": "{name} cannot be read: {why}. Save it again, and give the whole file.",
    "table-encoding": "{name} is not written in UTF-8. Save it again as UTF-8 (in a spreadsheet: CSV UTF-8).",
    "file-large": "{name} unpacks to {size} MB, and {limit} MB are read at most. Make the task by wb.tasks.from_arrays.",
    "arrays-named": "{name} holds the arrays {found}. Name them x and y, or x_train, y_train, x_test and so on.",
    "samples-few": "{name} holds {count} samples, and three splits of them need {least} at least.",
    "table-column": "{name} has no column {column}. The nearest is {nearest}.",
    "table-narrow": "{name} has one column only. A table needs numbers, and a column that says what is asked for.",
    "table-bare": "{name} has names of columns and no row. Give it samples.",
    "table-large": "{name}: the column {column} holds whole numbers that are too large for a computer's. Drop the column, if these "
    "are keys, or scale it.",
    "table-empty": "{name}: the column {column} is empty in row {row}. Fill it, or drop the row or the column.",
    "table-cell": "{name}: the column {column} holds {value} in row {row}, which is no number. Number such values, or "
    "drop the column; if it is the answer, put it last, or call it label.",
    "table-not-finite": "{name}: the column {column} holds a number that is infinite or too large in row {row}. Repair or drop the "
    "row.",
    "data-gone": "The arrays of the task {name} are gone from the store, or damaged. Make the task again by from_arrays.",
    "data-changed": "The data of the task {name} is not what it was: another version or folder is installed. "
    "Restore the old one, or begin a new study.",
}
