"""Workbooks for tests, filled in through the real template, with what is to be found in them written beside by hand."""
