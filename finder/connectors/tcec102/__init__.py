"""T/CEC 102-2016, the protocol that Chinese operators speak."""
