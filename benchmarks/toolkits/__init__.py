"""One round of active learning, three ways: this workflow, baal, scikit-activeml."""
