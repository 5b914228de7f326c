"""What leaves Convene: who may see what of it, and the files it is written to."""
