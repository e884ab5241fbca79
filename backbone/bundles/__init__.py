"""Bundles: a whole initiative's set-up as one YAML file, read with its line numbers, loaded, and written back.

`marked` reads YAML so that every value knows its line. `ground` is the backbone's part of a bundle (tenant,
initiative, partners, members); `agenda.bundles` and `measures.bundles` add theirs, and the last puts it all together.
The format is described in docs/bundle.md.
"""
