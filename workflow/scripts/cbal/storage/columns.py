"""Columns of `features.parquet`, and the fields of `strategies.base.Candidates` that they fill.

The workflow imports this module too, so it imports nothing that only jobs have installed.
"""

# Columns for several passes: measures of their disagreement, beside their mean probability.
TERMS = ("expected_entropy", "variation_ratio", "mean_std")
# Column by field.
COLUMNS = {
    "features": "feature",
    "probabilities": "probability",
    **{term: term for term in TERMS},
}
# The field of strategies that verify labels; its column is in `suspects.parquet`.
DOUBT = "doubt"
# Fields that exist only with a trained head.
OF_A_HEAD = set(COLUMNS) - {"features"}
# The cold start of a strategy that chooses in round 1, too, without these fields.
ITSELF = "itself"
