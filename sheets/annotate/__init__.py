"""The unit's own workbook back: bad cells coloured and commented, a first sheet listing everything that was found.

`order` says what is to be marked, `patch` does it in the user's own package, `official` makes the official form out of
rows where there is no package to patch, `child` is what runs confined. Everything here splices bytes: what is not
marked stays as the user's program wrote it.
"""
