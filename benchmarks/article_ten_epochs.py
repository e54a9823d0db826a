"""Train the article's network exactly as its listing says: ten epochs, batches of 32.

    python benchmarks/article_ten_epochs.py

It takes about half an hour on two cores. After each epoch it scores the validation text, and writes
``results/article_ten_epochs.json``, which chapter 5 reads.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

from recording import record

from lmbook_utils import batching, corpus, metrics, models, reproducibility, training

WINDOW = 20
EPOCHS = 10


def main() -> None:
    reproducibility.set_seed()
    text = corpus.load_encoded()
    model = models.build_article_model(len(text.vocabulary))
    X_train, y_train = batching.next_word_windows(text.train, WINDOW)
    epochs = []
    for epoch in range(1, EPOCHS + 1):
        history = model.fit(X_train, y_train, batch_size=32, verbose=2).history
        row = {
            "epoch": epoch,
            "train_cross_entropy": history["loss"][0],
            "train_accuracy": history["accuracy"][0],
        }
        for part in ("validation", "test"):
            scores = training.score_next_words(model, getattr(text, part), WINDOW)
            row[f"{part}_cross_entropy"] = metrics.cross_entropy(scores.log_probs)
            row[f"{part}_accuracy"] = metrics.accuracy(scores.ranks)
        epochs.append(row)
        path = record("article_ten_epochs", {"window": WINDOW, "epochs": epochs})
        print(f"epoch {epoch} of {EPOCHS}: {row} → {path}", flush=True)


if __name__ == "__main__":
    main()
