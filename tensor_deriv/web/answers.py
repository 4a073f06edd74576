"""Questions to answers, in the worker process: a status and a record, whatever is asked."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..catalogue import TOO_DEEP
from ..checked import Checked, answers, as_named, written_out
from ..errors import CheckError, DerivationError, Place
from .article import article
from .question import Question, from_json, required

if TYPE_CHECKING:
    from ..verification.report import Report

Record = Any
FIELDS_OF_A_PLACE = ("expr", "definitions", "claim")
OK, UNANSWERABLE, FAULT, TOO_LARGE = 200, 422, 500, 507


def answer(kind: str, asked: object) -> tuple[int, Record]:
    """The HTTP status and the record for one question; no error gets out."""
    try:
        question = from_json(asked)
    except DerivationError as error:
        return UNANSWERABLE, error_record(error)
    try:
        return OK, KINDS[kind](question)
    except DerivationError as error:
        return UNANSWERABLE, error_record(error, question)
    except RecursionError:
        return UNANSWERABLE, error_record(DerivationError(TOO_DEEP))
    except MemoryError:
        return TOO_LARGE, message_record("MemoryError", "stopped: the question needs more memory than one question may have")
    except Exception as error:
        what = f"{type(error).__name__}: {error}".splitlines()[0]
        return FAULT, message_record("Fault", f"no answer, by a fault of tensor_deriv and not of the question: {what}")


def derive(question: Question) -> Record:
    """One record as `derive --format json` prints it, or a list of them where no variable is named."""
    records = [item.record() for item in checked(question)]
    return records if question.wrt is None else records[0]


def articles(question: Question) -> Record:
    """The derivations as the page shows them."""
    return {"articles": [{"wrt": item.derivation.wrt, "html": article(item, question.steps == "all")} for item in checked(question)]}


def checked(question: Question) -> list[Checked]:
    """Derivations whose check holds; CheckError where one does not."""
    found = answers(question.entry, question.wrt, written_out if question.substituted else as_named)
    failed = [item.failure for item in found if not item.report.ok]
    if failed:
        raise CheckError("\n".join(failed))
    return found


def read(question: Question) -> Record:
    """What is understood of a formula before anything is derived: shapes, and what it may be derived by."""
    entry = question.entry
    program = entry.program
    own = {name: list(map(str, item.shape)) for name, item in program.definitions.items() if item.named_by_user}
    inputs = {name: {"shape": list(map(str, item.shape)), "assume": sorted(item.assumptions)} for name, item in program.inputs.items()}
    shape = list(map(str, program.result.shape))
    return {"inputs": inputs, "definitions": own, "shape": shape, "variables": list(entry.variables)}


def verify(question: Question) -> Record:
    """The verdict on a claim, and where it is wrong a counterexample and what explains it."""
    from ..verification.claim import verify as judge

    wrt, claim = required(question.wrt, "wrt"), required(question.claim, "claim")
    shapes, definitions = question.shapes, question.definitions
    return report_record(judge(question.expr, wrt, claim, shapes, definitions, question.order, question.assume, question.exact))


def report_record(report: Report) -> Record:
    """A verdict in types that JSON knows."""
    return {
        "verdict": report.verdict,
        "hint": report.hint,
        "reason": report.reason,
        "trials": [trial.to_dict() for trial in report.trials],
        "counterexample": {name: finite(array.tolist()) for name, array in _arrays(report).items()},
        "text": str(report),
    }


def _arrays(report: Report) -> dict[str, Any]:
    import numpy as np

    return {name: np.asarray(array, dtype=float) for name, array in report.counterexample.items()}


def finite(value: Any) -> Any:
    """Nested lists with null for what JSON has no number for."""
    if isinstance(value, list):
        return [finite(item) for item in value]
    return value if math.isfinite(value) else None


def error_record(error: DerivationError, question: Question | None = None) -> Record:
    """An error, and the place in the question that it is about."""
    place = place_record(error.place, question) if error.place else None
    return message_record(type(error).__name__, error.message, place)


def message_record(kind: str, message: str, place: Record = None) -> Record:
    """The one shape that every refusal has."""
    return {"error": {"kind": kind, "message": message, "place": place}}


def place_record(place: Place, question: Question | None) -> Record:
    """The span `text[start:end]`, counted in characters, with the field of the question that has this text."""
    field, index = located(place.text, question) if question else ("", 0)
    return {"text": place.text, "start": place.start, "end": place.end, "field": field, "index": index, "shown": place.show()}


def located(text: str, question: Question) -> tuple[str, int]:
    """The field whose text this is, and which of its texts; of equal ones the last, which repeats the first."""
    texts = ((question.expr,), question.definitions, (question.claim,))
    fields = zip(FIELDS_OF_A_PLACE, texts, strict=True)
    places = [(field, index) for field, own in fields for index, other in enumerate(own) if other == text and (other or field == "expr")]
    return places[-1] if places else ("", 0)


KINDS: dict[str, Callable[[Question], Record]] = {"derive": derive, "articles": articles, "read": read, "verify": verify}
