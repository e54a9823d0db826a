"""Text that is larger than memory: read piece by piece, shuffled, and counted on disk.

- :mod:`lmbook_utils.streaming.shards`: ids in compressed files, or in one that is memory-mapped.
- :mod:`lmbook_utils.streaming.pipelines`: batches from either, with ``tf.data``.
- :mod:`lmbook_utils.streaming.shuffling`: a shuffle buffer, and how well it shuffles.
- :mod:`lmbook_utils.streaming.counting`: n-gram counts with sorted runs on disk.
- :mod:`lmbook_utils.streaming.memory`: the peak memory of a program.
"""
