"""Figures and definitions in the formats of other systems: DHIS2, ADX, IATI.

    values.py     one data value as those formats know it, and what is said of it afterwards
    dhis2.py      DHIS2 data value sets: JSON, XML, CSV
    adx.py        ADX (IHE): XML
    mapping.py    what their codes stand for here
    translate.py  data values into the rows that every other file has, so that the same rules judge them
    metadata.py   DHIS2 metadata into what is measured here; rules_in.py its validation rules
    iati.py       IATI results: indicators, baselines, targets, actuals
    things.py     definitions, and what would become of each
    codes_file.py what codes stand for, as a table
    formats.py    every format behind one pair of verbs
    checking.py   a whole file, judged: the report that comes before anything is written

A value whose code stands for nothing here is left out and named with its count, never passed over in silence. A value
that is wrong keeps the whole file out, as in any other file.
"""
