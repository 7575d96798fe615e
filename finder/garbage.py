"""How this process's garbage is collected: rarely, since hundreds of thousands of stations live as long as it does."""

import gc

THRESHOLDS = (50_000, 20, 50)  # a busy second makes some 100,000 objects, nearly all freed by their counts


def settle() -> None:
    """What is there now is not looked at again, and the rest less often. Call when a process has loaded its data."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
