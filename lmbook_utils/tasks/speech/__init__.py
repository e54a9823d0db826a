"""Speech recognition: sentences that were spoken, heard by a recogniser, and weighed by our models.

``recogniser`` speaks and listens (it needs the optional packages of the extra ``speech``),
``lattice`` reads what the recogniser held for possible, ``rescoring`` lets language models choose
among it and counts the word errors, ``hypotheses`` keeps it all in a file, and ``channel`` is a
recogniser that only pretends to hear.
"""
