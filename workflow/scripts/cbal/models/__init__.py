"""Architectures of models, their weights, and what is added to a model."""
