"""Documents of a published body: board book (PDF), figures (CSV, Excel), open data package.

Each is made of the frozen JSON alone, so that none can say more than the page does (a logo beside the name says nothing);
in the reader's language, in a worker. `forms.FORMS` lists them in the order in which they are offered.
"""
