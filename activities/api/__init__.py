"""This condition's resources of the API: the register and its words, and the matrix."""
