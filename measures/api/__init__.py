"""The measures' API: filings, imports, figures and roll-ups. A door like the form: it parses, and asks the same rules.

parameters.py  query parameters, one by one, each refused by name
bodies.py    a filing's JSON into entries
figures.py   GET figures/    filings.py  GET and PUT filings/…    imports.py  POST imports/    rollups.py  GET rollups/
"""
