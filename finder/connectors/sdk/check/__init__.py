"""The conformance kit: asks a connector for everything it can do, and says what is wrong and how to mend it."""
