"""Published figures of seven fields, loaded the way a backbone would load them, against sums made without us.

Each module turns one data set into a bundle and tidy rows, and compares what `export_rollups` writes with plain sums
over the published file. The sets are cut to some of their partners, so that the suite stays quick;
BACKBONE_WHOLE_SETS=1 takes them whole.
"""
