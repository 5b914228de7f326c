"""A calendar as people look at it: plain values that the report and the pages both show.

`names` decides what people and places are called in them.
"""
