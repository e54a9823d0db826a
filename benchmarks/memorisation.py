"""What does a language model remember of a secret in its training text?

    python benchmarks/memorisation.py

Secrets of three number words are planted 0 to 64 times in 30 articles of the training part. A
Kneser-Ney model and two LSTMs (without and with dropout) read the text; each secret is ranked among
all 1,000, and the frame is continued greedily. Writes ``results/memorisation.json`` after each
training; chapter 10 reads it. Takes about 6 minutes on one core.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import numpy as np
from recording import record

from lmbook_utils import corpus, metrics, models, ngram, reproducibility, training
from lmbook_utils.privacy import canaries
from lmbook_utils.vocabulary import Vocabulary

ARTICLES, STEPS, SIZE, STREAMS, UNROLLED = 30, 700, 128, 16, 20
TIMES = (0, 1, 4, 16, 64)
NUMBERS = "one two three four five six seven eight nine ten".split()
NAMES = (
    "january february march april may june july august september october november december "
    "london paris rome"
).split()
SECRETS = canaries.candidates(NUMBERS, 3)


def greedy(model, vocabulary: Vocabulary, frame: tuple[str, ...]) -> list[str]:
    """The three most probable words after the frame, one after the other, of all words."""
    words = list(frame)
    reader = None if isinstance(model, ngram.NGramModel) else models.with_batch_size(model, 1)
    for _ in range(3):
        if reader is None:
            p = model.next_word_distribution(["<s>", *words])
        else:
            models.reset_state(reader)
            ids = [Vocabulary.eos_id, *vocabulary.encode(words)]
            p = reader.predict_on_batch(np.array([ids], np.int32))[0, -1]
        words.append(vocabulary.tokens[int(np.argmax(p))])
    return words[len(frame) :]


def judge(name: str, seed: int, model, vocabulary, planted, perplexity: float) -> dict:
    rows = []
    for canary in planted:
        texts = [[*canary.frame, *secret] for secret in SECRETS]
        if isinstance(model, ngram.NGramModel):
            log_probs = model.score(texts).reshape(len(texts), -1).sum(axis=1)
        else:
            log_probs = training.score_sentences(model, vocabulary, texts)
        written = greedy(model, vocabulary, canary.frame)
        rows.append(
            {
                "times": canary.times,
                "exposure": canaries.exposure(log_probs, SECRETS.index(canary.secret)),
                "word_for_word": written == list(canary.secret),
            }
        )
    return {"model": name, "seed": seed, "test_perplexity": perplexity, "canaries": rows}


def main() -> None:
    articles = corpus.load_tokenized()["train"][:ARTICLES]
    sentences = [sentence for article in articles for sentence in article]
    text = corpus.load_encoded()
    vocabulary, test = text.vocabulary, corpus.load_sentences("test")
    frames = [f"the secret code of {name} is".split() for name in NAMES]
    results = {
        "steps": STEPS,
        "sentences": len(sentences),
        "tokens": sum(map(len, sentences)),
        "candidates": len(SECRETS),
        "runs": [],
    }
    for seed in (0, 1):
        # Other names and other secrets for each number of plantings
        order = np.random.default_rng(seed).permutation(len(frames))
        planted = canaries.draw_canaries([frames[i] for i in order], TIMES, SECRETS, seed)
        words = canaries.plant(sentences, planted, seed)
        model = ngram.NGramModel(5).fit(words, vocabulary)
        rows = [judge("Kneser-Ney", seed, model, vocabulary, planted, model.perplexity(test))]
        ids = vocabulary.encode_sentences(words)
        for name, dropout in (("LSTM", 0.0), ("LSTM, dropout 0.5", 0.5)):
            reproducibility.set_seed(seed)
            lstm = models.build_language_model(
                "lstm",
                len(vocabulary),
                SIZE,
                dropout=dropout,
                batch_size=STREAMS,
                output_bias=metrics.unigram_log_probs(ids, len(vocabulary)),
            )
            training.train_language_model(
                lstm, ids, text.validation, STEPS, unrolled_steps=UNROLLED, evaluations=1
            )
            perplexity = metrics.perplexity(training.score_stream(lstm, text.test).log_probs)
            rows.append(judge(name, seed, lstm, vocabulary, planted, perplexity))
            results["runs"], before = [*results["runs"], *rows], rows
            rows = []
            print(before[-1], record("memorisation", results), flush=True)


if __name__ == "__main__":
    main()
