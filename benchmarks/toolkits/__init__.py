"""Compare one round of active learning in this workflow, baal and scikit-activeml."""
