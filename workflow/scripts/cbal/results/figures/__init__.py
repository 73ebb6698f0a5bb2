"""Figures of a sweep, as in the paper."""
