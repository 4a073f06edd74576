"""`python -m tensor_deriv` is `derive`."""

from .cli import main

if __name__ == "__main__":
    main(prog_name="python -m tensor_deriv")
