"""Results of a sweep: metrics, tables, figures."""
