"""Online entry: a form a row, the map, the filled official form."""
