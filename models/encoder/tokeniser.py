"""The unigram tokeniser: one `tokenizer.json` that holds all of normalisation, built from counts.

NFKD, accents off, lower case, traditional folded to simplified; then runs of Han characters and
runs of other letters and digits, the latter marked where a word starts, so that *apple* and
*grapple* share no piece. Punctuation is left out. Offsets point into the original text.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

import yaml
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

from models.encoder.charmap import precompiled, simplified_characters
from models.encoder.corpus import Pair

START = "▁"
UNKNOWN = "<unk>"
_HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
_RUNS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_IS_HAN = re.compile(rf"[{_HAN}]")
_ALL_HAN = re.compile(rf"[{_HAN}]+")

CHINESE_WORDS = 24_000
ENGLISH_WORDS = 26_000
PIECES = 5_000
MIN_CHARACTER_COUNT = 3
# A term that the training text hardly has would be a token with an untaught vector; its words
# then speak for it.
MIN_TERM_COUNT = 3
MIN_GLOSSARY_COUNT = 12
TERM_LENGTHS = range(2, 7)
GLOSSARY_LENGTHS = range(2, 5)
MARGIN = 0.1
# In the segmenter's dictionary of 60 million words: beats a term's single characters, loses to
# truly common words across its border.
USER_WORD_FREQUENCY = 1_000


@cache
def text_normaliser() -> normalizers.Normalizer:
    """What is done to the characters before anything is cut."""
    return normalizers.Sequence(
        [
            normalizers.NFKD(),
            normalizers.StripAccents(),
            normalizers.Lowercase(),
            normalizers.Precompiled(precompiled(simplified_characters())),
        ]
    )


def text_cutter() -> pre_tokenizers.PreTokenizer:
    """Runs of Han characters and runs of other letters and digits; a mark before the latter."""
    runs = Regex(r"\p{Han}+|[\p{L}\p{N}&&[^\p{Han}]]+")
    return pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(runs, "removed", invert=True),
            pre_tokenizers.Metaspace(replacement=START, prepend_scheme="always", split=False),
            pre_tokenizers.Split(Regex(rf"^{START}(?=\p{{Han}})"), "removed"),
        ]
    )


def vocabulary_pairs(folder: Path) -> list[Pair]:
    """Names and synonyms of all entries of `data/vocabulary/*.yaml` as pairs; [] if there is none.

    The first Chinese name meets every English one and the other way round.
    """
    found: dict[Pair, None] = {}

    def walk(node: object) -> None:
        if isinstance(node, list):
            for entry in node:
                walk(entry)
        if not isinstance(node, dict):
            return
        zh, en = node.get("zh"), node.get("en")
        if isinstance(zh, str) and isinstance(en, str):
            found.update({Pair(zh, other): None for other in (en, *node.get("synonyms_en", ()))})
            found.update({Pair(other, en): None for other in node.get("synonyms_zh", ())})
        for value in node.values():
            walk(value)

    for path in sorted(folder.glob("*.yaml")):
        walk(yaml.safe_load(path.read_text(encoding="utf-8")))
    return list(found)


def build_tokeniser(
    texts: Sequence[str],
    terms: Iterable[str],
    glossary: Iterable[str],
    kept: frozenset[str] = frozenset(),
) -> Tokenizer:
    """A unigram tokeniser for `texts`.

    `terms` of ours and of a `glossary` become whole tokens if the texts have them often enough; the
    terms `kept` for measuring become none, however often they stand in the texts.
    """
    import rjieba  # the segmenter is needed here and nowhere else

    normalise = text_normaliser().normalize_str
    barred = {normalise(term) for term in kept}
    wanted = {t for t in map(normalise, terms) if _fits(t, TERM_LENGTHS)}
    known = {g for g in map(normalise, glossary) if _fits(g, GLOSSARY_LENGTHS)}
    for word in sorted((wanted | known) - barred):
        rjieba.add_word(word, USER_WORD_FREQUENCY, "n")
    # True: also words that the segmenter's dictionary lacks, found by how their
    # characters stand together; technical text is full of them.
    han, words = _count(map(normalise, texts), lambda run: rjieba.cut(run, True))
    total = sum(han.values()) + sum(words.values())

    counts: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    for word, n in han.items():
        for character in word:
            characters[character] += n
    chinese = {w: n for w, n in han.items() if len(w) > 1 and w not in barred}
    counts.update(dict(Counter(chinese).most_common(CHINESE_WORDS)))
    for words_of_a_field, least in ((wanted, MIN_TERM_COUNT), (known, MIN_GLOSSARY_COUNT)):
        counts.update({t: chinese[t] for t in words_of_a_field if chinese.get(t, 0) >= least})
    counts.update(dict(words.most_common(ENGLISH_WORDS)))
    whole = list(counts)
    for piece, n in _pieces({w: n for w, n in words.items() if w not in counts}).items():
        counts[piece] = max(counts[piece], n)
    for character, n in characters.items():
        if n >= MIN_CHARACTER_COUNT:
            # Beside their words, characters stand alone far less often than they occur.
            counts[character] = max(han.get(character, 1), 1)

    vocabulary = [(UNKNOWN, 0.0)] + [
        (piece, math.log(n / total))
        for piece, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    return _with_whole_words(vocabulary, whole)


def _fits(term: str, lengths: range) -> bool:
    return len(term) in lengths and _ALL_HAN.fullmatch(term) is not None


def _count(
    texts: Iterable[str], segment: Callable[[str], list[str]]
) -> tuple[Counter[str], Counter[str]]:
    """How often each Chinese word, and each marked other word, stands in normalised texts."""
    han: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for text in texts:
        for run in _RUNS.findall(text):
            if _IS_HAN.match(run):
                han.update(segment(run))
            else:
                words[START + run] += 1
    return han, words


def _pieces(rare: dict[str, int]) -> Counter[str]:
    """Pieces for words that are no tokens themselves, with how often they are used in them."""
    letters = sorted({c for word in rare for c in word})
    byte_pairs = Tokenizer(models.BPE())
    byte_pairs.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.BpeTrainer(
        vocab_size=PIECES, show_progress=False, limit_alphabet=200, min_frequency=2
    )
    # Repeating a word tells its count; the cap keeps the list short.
    byte_pairs.train_from_iterator(
        (" ".join([word] * min(n, 20)) for word, n in sorted(rare.items())), trainer
    )
    counts: Counter[str] = Counter(dict.fromkeys(letters, 1))
    for word, n in rare.items():
        for piece in byte_pairs.encode(word).tokens:
            counts[piece] += n
    for letter in "abcdefghijklmnopqrstuvwxyz0123456789":
        counts[letter] += 1
        counts[START + letter] += 1
    counts[START] += 1
    for piece in byte_pairs.get_vocab():
        counts[piece] += 1
    return counts


def _with_whole_words(vocabulary: list[tuple[str, float]], whole: list[str]) -> Tokenizer:
    """A tokeniser in which every word of `whole` is one token: where the pieces of a word are
    together likelier than the word, its score is lifted just above theirs."""
    scores = dict(vocabulary)
    for _ in range(6):
        tokeniser = Tokenizer(models.Unigram(list(scores.items()), unk_id=0, byte_fallback=False))
        tokeniser.normalizer = text_normaliser()
        tokeniser.pre_tokenizer = text_cutter()
        plain = [word.removeprefix(START) for word in whole]
        split = [
            (word, encoding.tokens)
            for word, encoding in zip(whole, tokeniser.encode_batch(plain), strict=True)
            if len(encoding.tokens) != 1
        ]
        lift = {word: sum(scores[t] for t in tokens) + MARGIN for word, tokens in split if tokens}
        if not lift:
            break
        scores.update(lift)
    return tokeniser
