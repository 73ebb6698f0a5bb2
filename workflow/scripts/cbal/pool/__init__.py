"""The pool: its label state, and how queries and answers change it."""
