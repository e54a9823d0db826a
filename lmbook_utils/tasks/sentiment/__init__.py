"""Is a review for or against its film? From two language models to a fine-tuned one."""
