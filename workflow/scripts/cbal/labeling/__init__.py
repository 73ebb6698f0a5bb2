"""Labeling by a person: questions, the page in the browser, and the journal of answers."""
