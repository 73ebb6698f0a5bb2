"""Sources of images, and how they become the files of the pool."""
