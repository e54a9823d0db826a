"""Machine translation: the noisy channel with IBM Model 1, and recurrent encoder-decoders."""
