"""What every page says and shows in the same way: icons, state words, kinds of numbers, coverage, sparklines.

Plain functions without a request, so that pages (`templatetags/bb.py`), mail and documents speak alike.
"""
