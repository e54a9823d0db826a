"""What does a well-trained network write, and what does it know of grammar?

    python benchmarks/writing_and_grammar.py

The GRU of best_models.py (6,000 steps, dropout 0.3, seed 0) continues the first three words of 300
test sentences by greedy search and by sampling in several ways, and so does the Kneser–Ney model of
order 5. The sentences as people wrote them stand beside them; all are measured on equal numbers of
tokens. Both models then choose between the sentences of the book's minimal pairs. Writes
``results/writing_and_grammar.json``, which chapter 6 and an appendix read. Takes about ten minutes
on two cores.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

from collections.abc import Callable

import keras
import numpy as np
from recording import record

from lmbook_utils import (
    corpus,
    forced_choice,
    generation,
    metrics,
    minimal_pairs,
    models,
    reproducibility,
    training,
)
from lmbook_utils.ngram import NGramModel
from lmbook_utils.vocabulary import Vocabulary

STEPS, DROPOUT, ORDER = 6000, 0.3, 5
PROMPTS, PROMPT_LENGTH, MAX_TOKENS = 300, 3, 25
METHODS = {
    "greedy": {"temperature": 0},
    "temperature 0.7": {"temperature": 0.7},
    "temperature 1": {},
    "top-k 40": {"top_k": 40},
    "top-p 0.9": {"top_p": 0.9},
}
OVERLAPS = (2, 3, 4, 5, 6, 8)


def train(text: corpus.EncodedCorpus) -> keras.Model:
    size = len(text.vocabulary)
    reproducibility.set_seed(0)
    model = models.build_language_model(
        "gru", size, dropout=DROPOUT, output_bias=metrics.unigram_log_probs(text.train, size)
    )
    training.train_language_model(model, text.train, text.validation, STEPS, evaluations=1)
    return model


def known_as_unk(sentence: list[str], vocabulary: Vocabulary) -> list[str]:
    """The sentence as a model sees it."""
    return vocabulary.decode(vocabulary.encode(sentence))


def choose(vocabulary: Vocabulary) -> list[list[str]]:
    """Test sentences whose first words are known and that go on after the prompt."""
    encoded = [known_as_unk(sentence, vocabulary) for sentence in corpus.load_sentences("test")]
    fit = [s for s in encoded if len(s) > 10 and "<unk>" not in s[:PROMPT_LENGTH]]
    chosen = np.random.default_rng(0).permutation(len(fit))[:PROMPTS]
    return [fit[number] for number in chosen]


def write(
    model: keras.Model, vocabulary: Vocabulary, prompts: list[list[str]], options: dict
) -> list[list[str]]:
    """Continue all prompts at once; the prompts are not part of what is returned.

    Draws what ``generation.generate`` draws with the seeds 0, 1, …, which would take a new graph
    of TensorFlow for each.
    """
    reader = models.with_batch_size(model, len(prompts))
    rngs = [np.random.default_rng(seed) for seed in range(len(prompts))]
    banned = (vocabulary.unk_id, vocabulary.pad_id, vocabulary.bos_id)
    unread = np.array([[vocabulary.eos_id, *vocabulary.encode(prompt)] for prompt in prompts])
    drawn = []
    for _ in range(MAX_TOKENS):
        logits = reader.predict_on_batch(unread.astype(np.int32))[:, -1]
        words = [
            rng.choice(
                len(vocabulary),
                p=generation.next_word_probabilities(row, banned=banned, **options),
            )
            for rng, row in zip(rngs, logits, strict=True)
        ]
        drawn.append(words)
        unread = np.array(words)[:, None]
    texts = [vocabulary.decode(column) for column in np.transpose(drawn)]
    return [text[: text.index("</s>")] if "</s>" in text else text for text in texts]


def equal_length(texts: dict[str, list[list[str]]]) -> dict[str, list[list[str]]]:
    """Whole continuations of each text, until it has as many tokens as the shortest one has."""
    budget = min(sum(map(len, continuations)) for continuations in texts.values())
    cut = {}
    for name, continuations in texts.items():
        ends = np.cumsum(list(map(len, continuations)))
        cut[name] = continuations[: int(np.searchsorted(ends, budget, "right"))]
    return cut


def perplexity(
    log_probs_of: Callable[[list[list[str]]], np.ndarray],
    prompts: list[list[str]],
    continuations: list[list[str]],
) -> float:
    """Of the words of the continuations after their prompts; ``<unk>`` and ``</s>`` left out."""
    whole = [p + c for p, c in zip(prompts, continuations, strict=False)]
    counted = [
        [False] * PROMPT_LENGTH + [word != "<unk>" for word in c] + [False] for c in continuations
    ]
    return metrics.perplexity(log_probs_of(whole)[np.concatenate(counted)])


def measure(continuations: list[list[str]], index: metrics.TextIndex) -> dict:
    joined = [word for c in continuations for word in (*c, "</s>")]
    copies = [metrics.longest_copy(c, index) for c in continuations]
    return {
        "tokens": sum(map(len, continuations)),
        "mean_length": float(np.mean(list(map(len, continuations)))),
        "distinct": {n: metrics.distinct_n(continuations, n) for n in (1, 2, 3)},
        "repetition": float(
            np.mean([metrics.repetition(c, n=2) for c in continuations if len(c) > 1])
        ),
        "overlap": {n: metrics.ngram_overlap(joined, index, n) for n in OVERLAPS},
        "mean_longest_copy": float(np.mean(list(map(len, copies)))),
        "longest_copy": " ".join(max(copies, key=len)),
        "examples": [" ".join(c) for c in continuations[:3]],
    }


def grammar(score_sentences: forced_choice.SentenceScorer) -> dict:
    pairs = minimal_pairs.load_minimal_pairs()
    right = minimal_pairs.prefers_good(score_sentences, pairs)
    return {
        phenomenon: {"right": found.right, "number": found.number, "interval": list(found.interval)}
        for phenomenon, found in minimal_pairs.accuracy_by_phenomenon(right, pairs).items()
    }


def main() -> None:
    text = corpus.load_encoded()
    vocabulary, train_sentences = text.vocabulary, corpus.load_sentences("train")
    model = train(text)
    ngram = NGramModel(ORDER).fit(train_sentences, vocabulary)
    people = choose(vocabulary)
    prompts = [sentence[:PROMPT_LENGTH] for sentence in people]

    texts = {"people": [s[PROMPT_LENGTH:][:MAX_TOKENS] for s in people]}
    texts |= {name: write(model, vocabulary, prompts, o) for name, o in METHODS.items()}
    texts["Kneser–Ney"] = [
        ngram.generate(prompt, MAX_TOKENS, seed)[PROMPT_LENGTH:]
        for seed, prompt in enumerate(prompts)
    ]
    index = metrics.TextIndex([w for s in train_sentences for w in (*s, "</s>")])
    judges = {
        "network": lambda whole: (
            training.score_stream(model, vocabulary.encode_sentences(whole)).log_probs
        ),
        "kneser_ney": ngram.score,
    }
    results = {}
    for name, continuations in equal_length(texts).items():
        results[name] = measure(continuations, index)
        results[name]["perplexity"] = {
            judge: perplexity(score, prompts, continuations) for judge, score in judges.items()
        }
        print(name, results[name], flush=True)
    choices = {
        "network": grammar(lambda pairs: training.score_sentences(model, vocabulary, pairs)),
        "kneser_ney": grammar(
            lambda pairs: forced_choice.total_log_probs(ngram.score(pairs), pairs)
        ),
    }
    settings = {"prompts": PROMPTS, "prompt_length": PROMPT_LENGTH, "max_tokens": MAX_TOKENS}
    print(record("writing_and_grammar", {**settings, "texts": results, "grammar": choices}))


if __name__ == "__main__":
    main()
