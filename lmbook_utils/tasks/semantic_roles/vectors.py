"""A vector for each word of a sentence, from models that were trained on text without labels."""

from collections.abc import Sequence

import keras
import numpy as np
from tokenizers import Tokenizer

from lmbook_utils import models
from lmbook_utils._validation import require_sentences, require_type
from lmbook_utils.tasks.minilm import LAYERS, UNITS, states_of_pieces
from lmbook_utils.tasks.padding import pad
from lmbook_utils.vocabulary import Vocabulary

_LONGEST = 512  # pieces that MiniLM reads
_AT_ONCE = 32  # sentences


def language_model_vectors(
    model: keras.Model, vocabulary: Vocabulary, sentences: Sequence[Sequence[str]]
) -> list[np.ndarray]:
    """What a language model of chapter 5 makes of each word: its embedding, and its hidden state.

    The model reads ``</s>`` and then the words. The state at a word has seen that word and those
    before it, none behind it: the model was trained to predict what comes.

    Parameters
    ----------
    model
        From :func:`~lmbook_utils.models.build_language_model`, with one recurrent layer or more.
    vocabulary
        That of the model.
    sentences
        Lists of tokens; they are lower-cased here.

    Returns
    -------
    list of ndarray of float32, each of shape (tokens, embedding + units)

    Raises
    ------
    ValueError
        If ``model`` is no ``Model``, ``vocabulary`` is no ``Vocabulary``, or ``sentences`` is no
        list of lists of strings.

    Examples
    --------
    >>> vocabulary = Vocabulary(["it", "works"])
    >>> model = models.build_language_model("lstm", len(vocabulary), 4, 3)
    >>> [v.shape for v in language_model_vectors(model, vocabulary, [["It", "works"], []])]
    [(2, 7), (0, 7)]
    """
    require_type(keras.Model, model=model)
    require_type(Vocabulary, vocabulary=vocabulary)
    require_sentences(sentences=sentences)
    found: list[np.ndarray] = []
    for start in range(0, len(sentences), _AT_ONCE):
        rows = [
            [Vocabulary.eos_id, *vocabulary.encode([token.lower() for token in sentence])]
            for sentence in sentences[start : start + _AT_ONCE]
        ]
        reader = models.with_batch_size(model, len(rows))
        embedding = reader.get_layer("embedding")
        last = [layer for layer in reader.layers if isinstance(layer, keras.layers.RNN)][-1]
        states = keras.Model(reader.inputs, [embedding.output, last.output])
        models.reset_state(reader)
        outputs = states.predict_on_batch(pad(rows)[0])  # padding comes last, and changes no word
        joint = np.concatenate(outputs, axis=-1)
        found += [joint[i, 1 : len(row)] for i, row in enumerate(rows)]
    return found


def minilm_vectors(
    encoder: keras.Model,
    tokenizer: Tokenizer,
    sentences: Sequence[Sequence[str]],
    layer: int = LAYERS,
) -> list[np.ndarray]:
    """What MiniLM makes of each word in its sentence: the mean of the vectors of its pieces.

    Each vector has seen the whole sentence. A word without a piece, or behind the 512th one, has a
    vector of zeros.

    Parameters
    ----------
    encoder, tokenizer
        From :func:`~lmbook_utils.tasks.minilm.load_encoder` and
        :func:`~lmbook_utils.tasks.minilm.load_tokenizer`.
    sentences
        Lists of tokens.
    layer
        Whose output, from 1 to 6. The last layers were trained for the meaning of whole
        sentences; what a word does in its sentence is often clearer below (Tenney et al., 2019).

    Returns
    -------
    list of ndarray of float32, each of shape (tokens, 384)

    Raises
    ------
    ValueError
        If there is no such layer.

    Examples
    --------
    A use of it (not run as a doctest, because it downloads)::

        minilm_vectors(load_encoder(), load_tokenizer(), [["It", "works"]])
    """
    reader = states_of_pieces(encoder, layer)
    encodings = tokenizer.encode_batch([list(s) for s in sentences], is_pretokenized=True)
    found: list[np.ndarray] = []
    for start in range(0, len(encodings), _AT_ONCE):
        chunk = encodings[start : start + _AT_ONCE]
        states = reader.predict_on_batch([*pad([e.ids[:_LONGEST] for e in chunk])])
        for row, encoding, sentence in zip(states, chunk, sentences[start:], strict=False):
            vectors = np.zeros((len(sentence), UNITS), np.float32)
            pieces = np.zeros((len(sentence), 1), np.float32)
            for state, word in zip(row, encoding.word_ids[:_LONGEST], strict=False):
                if word is not None:
                    vectors[word] += state
                    pieces[word] += 1
            found.append(vectors / np.maximum(pieces, 1))
    return found
