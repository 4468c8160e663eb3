"""Joining updates: order and repetition do not matter, gaps are kept, nonsense is refused."""

import itertools

import pytest
from collaboration import documents

from .support import Editor, contradicting, identities, text_of


def updates(letters: str) -> list[bytes]:
    editor = Editor(0, identities())
    for letter in letters:
        editor.append(letter)
    return [made.update for made in editor.made]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_order_and_repetition_do_not_matter(order: tuple[int, ...]) -> None:
    made = updates("abc")
    state = documents.EMPTY
    for position in (*order, order[0]):
        state = documents.join(state, [made[position]]).state
    assert text_of(state) == "abc"
    assert state == documents.join(documents.EMPTY, made).state, "nothing but the text is kept"


def test_an_update_waits_for_the_one_before_it() -> None:
    first, second, third = updates("abc")
    gap = documents.join(documents.EMPTY, [third, first]).state
    assert text_of(gap) == "a"
    assert text_of(documents.join(gap, [second]).state) == "abc"


def test_deleted_text_does_not_stay() -> None:
    editor = Editor(0, identities())
    editor.insert(0, "secret " * 100)
    for _ in range(700):
        editor.remove(0)
    assert len(documents.join(documents.EMPTY, [made.update for made in editor.made]).state) < 50


def test_a_client_gets_what_it_lacks() -> None:
    made = updates("abc")
    state = documents.join(documents.EMPTY, made).state
    known = documents.join(documents.EMPTY, made[:2]).state
    lacking = documents.missing(state, documents.vector(known))
    assert len(lacking) < len(state)
    assert text_of(documents.join(known, [lacking]).state) == "abc"
    assert documents.missing(state, None) == state == documents.missing(state, b"")
    with pytest.raises(documents.InvalidUpdateError):
        documents.missing(state, b"\xff")


@pytest.mark.parametrize("nonsense", [b"", b"\xff", b"no update", updates("a")[0][:-3]])
def test_nonsense_is_refused(nonsense: bytes) -> None:
    with pytest.raises(documents.InvalidUpdateError):
        documents.check(nonsense)


@pytest.mark.parametrize("first", [0, 1])
def test_what_contradicts_is_left_out_whichever_came_first(first: int) -> None:
    editor, contradiction = contradicting()
    documents.check(contradiction)
    both = [editor.document.get_update(), contradiction]
    joined = documents.join(documents.EMPTY, [both[first], both[1 - first]])
    assert text_of(joined.state) == "hello"
    assert joined.rejected == (1 - first,)
    assert documents.join(editor.document.get_update(), [contradiction]).rejected == (0,)


class PanicException(BaseException):
    """What a panic of the Rust library looks like."""


@pytest.mark.parametrize("kind", [PanicException, KeyboardInterrupt])
def test_a_panic_of_the_library_is_an_error_of_the_update(
    kind: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: bytes) -> bytes:
        raise kind("out of range")

    monkeypatch.setattr(documents, "merge_updates", fail)
    with pytest.raises(documents.InvalidUpdateError if kind is PanicException else kind, match="out of range"):
        documents.check(documents.EMPTY)
