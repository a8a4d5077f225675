"""What every registered thing shares: an identity for ever, append-only versions, a number shown to people.

`platforms` and `cameras` build their tables from it; its only own table holds the views that people keep.
"""
