"""Code that the Snakefile needs besides rules: checks of the settings, and control of a run.

The package is not called `workflow`, because in a Snakefile that name is Snakemake's object.
"""
