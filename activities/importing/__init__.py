"""Files that are read, and judged row by row before anything is written: the register's own tables (`reading`, `judging`),
directories of services kept elsewhere (`directory`), needs (`needs`). Nothing is ever deleted: what a file leaves out, or
leaves blank, stays."""
