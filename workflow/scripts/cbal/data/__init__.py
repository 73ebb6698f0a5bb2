"""Where images come from, and how they become the files of the pool."""
