"""Measurements of the product against what a user would write and against the floor."""
