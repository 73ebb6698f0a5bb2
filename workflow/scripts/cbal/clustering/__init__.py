"""K-means, and rows of features by the block."""
