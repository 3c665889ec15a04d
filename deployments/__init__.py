"""How perio is run for a practice; the only code here is that of the measurements, in `bench`."""
