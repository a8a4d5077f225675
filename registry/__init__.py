"""What every registered thing shares: an identity for ever, append-only versions, a number shown to people.

A library without tables of its own; `platforms` and `cameras` build their tables from it.
"""
