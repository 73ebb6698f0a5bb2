"""Figures, as in the paper."""
