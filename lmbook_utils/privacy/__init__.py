"""What a model gives away of its training text, and training that gives away less."""
