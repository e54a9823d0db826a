"""Which sentences say what a paper is about? From the first ones to networks over sentences."""
