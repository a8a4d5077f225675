"""Odd workbooks as clerks have them: how each is made, and beside it, by hand, what must come of it."""
