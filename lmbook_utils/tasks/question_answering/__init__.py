"""Question answering: find the passage that tells, then the words in it that are the answer.

``data`` holds the book's questions, ``passages`` cuts the running corpus into what is searched,
``retrieval`` and ``fusion`` rank it, ``answer_types``, ``reading`` and ``spans`` read the answer
out, ``judging`` measures both, and ``abstention`` decides when it is better to say nothing.
"""
