"""The kinds of columns: how raw values become clean ones."""
