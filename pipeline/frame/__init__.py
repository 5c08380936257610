"""The answers of a month as columns."""
