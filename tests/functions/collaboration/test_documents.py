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


YJS = {
    "hello": ("01010700040104746578740568656c6c6f00", "00000107000001040c097465787468656c6c6f04050101000001010000"),
    "two letters deleted": ("000107010102", "0000000000000100000000000107010101"),
    "one letter bold": (
        "0102070546070004626f6c640474727565c60702070304626f6c64046e756c6c00",
        "000200020247020104020006034600c60b08626f6c64626f6c644400000000010205787e00",
    ),
}
"""What yjs 13.6.33 says of one document with client id 7: in ``update`` and in ``updateV2``."""

LIKE_DELETIONS = (
    "000300030306c190c1d607140d020a4a16050003006420520e220703000c010110022721000400840081004600c60001008800070028004400c4"
    "00c100c400a1004600c600840087002843306d6b3074657874616263646566626f6c64626f6c64617870696461626465626f6c64626f6c646162"
    "636465666770696401020401054400410102410002440007010203010300024300054100034103011400787e760101617d01770131787e770133"
    "0181c8a0eb030500000600020205000200"
)
"""A document in version 2 of which every byte reads as the deletions of version 1, but in no order that has."""


@pytest.mark.parametrize("made", YJS.values(), ids=YJS.keys())
def test_only_version_1_of_the_encoding_is_taken(made: tuple[str, str]) -> None:
    first, second = (bytes.fromhex(one) for one in made)
    documents.check(first)
    with pytest.raises(documents.InvalidUpdateError):
        documents.check(second)


@pytest.mark.parametrize("surplus", ["00000000000001000000000000", LIKE_DELETIONS, YJS["hello"][0] * 2])
def test_what_would_not_be_kept_whole_is_refused(surplus: str) -> None:
    with pytest.raises(documents.InvalidUpdateError):
        documents.check(bytes.fromhex(surplus))


def test_deletions_of_version_1_are_taken_in_any_number() -> None:
    editor = Editor(0, identities())
    editor.insert(0, "abcdefgh")
    for position in (6, 3, 0, 0):
        editor.remove(position)
    for made in editor.made:
        documents.check(made.update)
    documents.check(documents.missing(editor.document.get_update(), editor.document.get_state()))


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
