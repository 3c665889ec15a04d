"""The published measurements, one module a kind; `./perio bench KIND` runs its `main(argv)`."""
