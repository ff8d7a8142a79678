"""Sentences about files, folders and disks."""

SENTENCES = {
    "disk-full": "The disk is full: {path} could not be written. Nothing half-written is left; free some space and do it again.",
    "not-writable": "{path} cannot be written ({why}). Choose another folder, for instance by the variable WORKBENCH_HOME.",
    "not-json": "{path} is not JSON that can be read: {why}.",
    "file-missing": "There is no file {path}.",
}
