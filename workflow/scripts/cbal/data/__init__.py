"""Sources of samples, and how they become the files of the pool."""
