"""Cluster-based active learning: the algorithms behind the workflow's scripts.

The package knows nothing of Snakemake or of configuration files. Every stage is
a function of arrays, settings and a random generator; `workflow/scripts/*.py`
read files, call one of them and write files.
"""
