"""What pages show, as rows of files."""
