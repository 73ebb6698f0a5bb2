"""The state of the labels, and how queries and answers change it."""
