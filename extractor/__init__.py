"""Reads the directives out of a Chinese speech: text in, records out.

>>> from extractor import extract
>>> [o.span.text for o in extract("会议强调，各镇要在6月底前完成排查。").obligations]
['会议强调，各镇要在6月底前完成排查。']
"""

from extractor.pipeline import explain, extract
from extractor.text import TextError
from extractor.times import times

__all__ = ["TextError", "explain", "extract", "times"]
