"""k-means, and computations over blocks of features."""
