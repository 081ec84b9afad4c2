"""Tuning: what suites and answers teach, as data sets that TRL reads, and models that were tuned on them."""
