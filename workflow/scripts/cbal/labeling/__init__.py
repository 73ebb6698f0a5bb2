"""Labeling by a person: what is asked, the page, and a journal in which no answer is lost."""
