"""Fits the ranker's coefficients; the models score with them in SQL."""
