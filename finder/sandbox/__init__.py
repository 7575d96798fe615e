"""Operators to practise on, over real HTTP, with faults to switch on."""
