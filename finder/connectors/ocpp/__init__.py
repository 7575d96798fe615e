"""OCPP 1.6-J and 2.0.1: private piles and street lamps that join without an operator's platform."""
