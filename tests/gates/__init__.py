"""Gates that a finished workbook must pass; each gives its problems as lines of text.

- `gates.lint.problems`: rules of Excel that no schema knows, pure Python
- `gates.schema.problems`: the Open XML SDK validator
- `gates.recalc.problems`: every formula recalculated by LibreOffice
- `gates.render.problems`: every page as PDF, with Japanese fonts and no cut numbers
"""
