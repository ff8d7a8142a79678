"""The tasks that come along, one file each."""
