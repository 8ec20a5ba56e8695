"""Measures models of ordinary tables beside those of scikit-learn. Run by scripts/bench-tables."""
