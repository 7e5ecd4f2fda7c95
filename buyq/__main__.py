"""`python -m buyq`."""

from buyq.cli import main

if __name__ == "__main__":
    main()
