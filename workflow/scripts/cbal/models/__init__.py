"""What learns: architectures, weights, and what changes them."""
