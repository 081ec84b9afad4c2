"""Which method the numbers of this arena are made by."""

VERSION = "3"
"""Stamped on every battle, rating and reading. It rises when requests, readers, rules, units or formulas change what a number
means. What an older version has judged is read anew from the replies that are kept, where these suffice."""
