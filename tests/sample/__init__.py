"""Who is in the demo, what they mean and how they write it; the makers of returned files.

`scenario.inbox` gives the files of `torimatome demo`; `expected_answers` tells what the writer of
each sheet meant, worked out from the script of the demo and never from the readers.
"""
