"""Question answering: find the passage that tells, then the words in it that are the answer.

``data`` holds the book's questions, ``passages`` cuts the running corpus into what is searched,
``retrieval`` ranks it by its ``words``, ``answer_types`` and ``reading`` read the answer out,
``neural`` adds what an encoder says, ``judging`` measures both, and ``abstention`` decides when it
is better to say nothing.
"""
