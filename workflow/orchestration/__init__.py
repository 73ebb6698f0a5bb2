"""What the Snakefile needs beside rules: settings while it is parsed, and care for its run.

Not named like the folder `workflow/`: in a Snakefile `workflow` is Snakemake's own object.
"""
