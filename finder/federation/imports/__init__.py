"""Files of real stations: read record by record, refused one by one, taken into the store."""
