"""Files that somebody uploads: read in a process of its own, told what is wrong with them or what they would change, kept."""
