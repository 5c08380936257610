"""Three months of a coordinator, as `make demo-year` shows them and tests/test_story.py checks.

`tables` says what everybody does and writes, `meant` what they mean by it, `people` does it in an
inbox, `scenes` plays the months with the functions behind the product's own commands.
"""
