"""Files that are read, and judged row by row before anything is written."""
