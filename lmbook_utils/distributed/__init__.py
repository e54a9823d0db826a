"""Training one language model with several processes, on one machine or on many.

- :mod:`lmbook_utils.distributed.costs`: what each way to divide the work moves over the wire.
- :mod:`lmbook_utils.distributed.cluster`: addresses, ``TF_CONFIG``, and processes that always end.
- :mod:`lmbook_utils.distributed.workers`: what each process does.
- ``python -m lmbook_utils.distributed``: all of it in one command.
"""
