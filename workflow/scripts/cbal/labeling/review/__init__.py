"""Review: a person looks through all labels so far, and corrects them, at any time."""
