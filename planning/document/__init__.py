"""The county integration plan and each unit's part, as documents: figures of a moment, put into words, written out."""
