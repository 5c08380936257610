"""The returned sheets of `torimatome demo`: fictional respondents, hands, layouts and mistakes.

`write_demo` fills a folder with what a month's mail brings; `expected_answers` tells what the
writer of each sheet meant, worked out from the script of the demo and never from the readers.
"""

from pipeline.sample.scenario import MONTH, expected_answers, write_demo

__all__ = ["MONTH", "expected_answers", "write_demo"]
