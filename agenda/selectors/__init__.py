"""What the agenda's pages, its API and the other conditions read."""
