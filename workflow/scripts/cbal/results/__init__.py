"""What is shown: metrics of a sweep, tables, figures."""
