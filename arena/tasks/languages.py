"""Which language a written reply is in: its script first, then the commonest words of the languages that share the script.

Exact rules instead of a model, so that the same reply is read alike everywhere. Short replies hold few words, so the words with
which replies begin ("sorry", "yes") count too. A reply in Latin letters without any of these words is taken for English.
"""

import re
from collections import Counter

DEFAULT = "en"

_SCRIPTS = {
    "am": "\u1200-\u139f",
    "th": "\u0e00-\u0e7f",
    "ko": "\uac00-\ud7af\u1100-\u11ff",
    "ja": "\u3040-\u30ff",
    "zh": "\u4e00-\u9fff\u3400-\u4dbf",
    "hi": "\u0900-\u097f",
    "bn": "\u0980-\u09ff",
    "ar": "\u0600-\u06ff\u0750-\u077f",
    "ru": "\u0400-\u04ff",
}
"""The letters of each script that is not Latin, under the language that it stands for unless the letters say more."""
_LETTERS = {language: re.compile(f"[{letters}]") for language, letters in _SCRIPTS.items()}
_LATIN = re.compile("[a-z\u00df-\u024f\u1e00-\u1eff]")
_PERSIAN = re.compile(
    r"[پچژگ]"
    r"|(?<!\w)(?:(?:است|را|این|که|در|از|به|با|برای|روی|کنار|متاسفم|ببخشید)(?!\w)|نمی|می ?(?:کن|توان|شو|خور|باش|رو|ده|بین|خواه))"
)
_UKRAINIAN = re.compile(r"[іїєґ]|(?<!\w)(?:що|та|або|може|можу|дитина|перепрошую|обережно|увага)(?!\w)")
_OWN_SHARE = 1 / 3
"""A script other than Latin decides from this share of the letters on: names and terms in Latin letters are common in all."""

_WORDS = {
    "en": "the of and to you is are that it this for with can could not be there their they your have what we how but or if"
    " in on at i i'm i'd can't sorry would should from he she please yes an a as my by will was which them play let me"
    " no so",
    "es": "el la los las de que y en un una es por con para no se su lo del al como más pero puedo siento está esto eso ser"
    " son muy niño puede sobre esta hay sí lamento mi me te ayudarte si cuidado",
    "fr": "le la les de des du et en un une est que qui dans pour pas ne je vous il elle sur avec ce cette sont mais peut"
    " au aux d'un désolé l'image être cela ou oui non où très nous me mon peux suis c'est aider jamais",
    "de": "der die das und ist nicht ein eine ich sie es zu den mit für auf dem von im kann aber auch wie bei einen oder"
    " sich dass leider leid tut mir nein ja wenn wird sind an aus diese dieser haben kein keine du nur nie so habe hat"
    " noch man wir ihr vorsicht achtung",
    "it": "il lo la gli le di che e è un una non per con del della sono si da nel mi dispiace questo questa posso ma come"
    " più può al i in su sì bambino anche ti ci se nella alla mai aiutarti attenzione",
    "pt": "o a os as de que e em um uma é não para com do da no na se por mais isso este esta eu posso mas como pode"
    " desculpe muito sinto criança está são você lhe ao à sim nunca ajudar",
    "nl": "de het een en van is niet ik je in op te dat met voor zijn er aan maar kan om dit die u ook naar bij als helaas"
    " spijt kind nee ja wordt geen daar deze haar hem hij heeft nooit pas voorzichtig",
    "pl": "nie jest to na się z do i w że o jak ale przepraszam mogę przykro mi tego ten ta po dla są czy przez tak dziecko"
    " proszę może od za co tym jego nigdy uwaga",
    "tr": "bir ve bu için ile çok de da ne var değil mi ama gibi daha üzgünüm olarak o evet hayır ben bunu size çocuk özür"
    " dilerim olan kadar her şey ya en asla maalesef dikkat",
    "id": "yang dan di itu tidak dengan untuk ini dari ke saya anda maaf bisa akan pada adalah ada dalam atau anak juga"
    " dapat tak kami mereka boleh jangan bola sebuah seorang hati awas",
    "vi": "là và của có không tôi được cho này một các trong với để rất xin lỗi bạn nhưng về người đã những em bé thể cũng"
    " khi hãy trẻ đó nên ra vào",
    "sw": "na ya wa ni kwa katika la za hii kuwa siwezi samahani hilo yako wako mtoto si lakini pole cha hiyo huyo kama au"
    " tahadhari hatari anaweza kucheza naweza ndiyo hapana kwenye mpira",
}
_LANGUAGES_OF = {
    word: tuple(language for language, words in _WORDS.items() if word in words.split())
    for word in dict.fromkeys(" ".join(_WORDS.values()).split())
}
"""Word -> the languages that it is common in."""
_MARKS = {
    "es": re.compile("[ñ¿¡]"),
    "fr": re.compile(r"[œêîû]|è\w|\wè"),
    "de": re.compile("[ßä]"),
    "pt": re.compile("[ãõ]"),
    "pl": re.compile("[łąęśżźćń]"),
    "tr": re.compile("[ışğ]|[iuü]yor|[ae]bilir"),
    "vi": re.compile("[ơưđăạảấầẩậắằẵặẹẻẽếềểễệỉịọỏốồổộớờởợụủứừửữựỳỵỷỹ]"),
}
"""Letters that no other language of these writes, or hardly."""
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def language_of(folded: str) -> str:
    """The two-letter code of the language of a folded reply.

    Args:
        folded: as `arena.tasks.folding.fold` gives it.
    """
    if folded.isascii():
        return _of_latin(folded)
    shares = Counter({language: len(letters.findall(folded)) for language, letters in _LETTERS.items()})
    letters = len(_LATIN.findall(folded)) + shares.total()
    if letters and shares.total() >= _OWN_SHARE * letters:
        return _of_script("ja" if shares["ja"] else max(shares, key=shares.__getitem__), folded)
    return _of_latin(folded)


def _of_script(language: str, folded: str) -> str:
    if language == "ar" and _PERSIAN.search(folded):
        return "fa"
    return "uk" if language == "ru" and _UKRAINIAN.search(folded) else language


def _of_latin(folded: str) -> str:
    """English where nothing is better: it stands first, and the first of equals is taken."""
    words = Counter(_WORD.findall(folded))
    scores = dict.fromkeys(_WORDS, 0)
    for word, count in words.items():
        for language in _LANGUAGES_OF.get(word, ()):
            scores[language] += count
    for language, marks in _MARKS.items():
        if marks.search(folded):
            scores[language] += sum(count for word, count in words.items() if marks.search(word))
    return max(scores, key=scores.__getitem__)
