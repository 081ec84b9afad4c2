"""The words that answer a question with options, in the languages models slip into, turned into English.

Prompts are English, so other languages are rare and their answers short. With this the rules that read replies speak English.
"""

import re

from arena.tasks.folding import fold

_ENGLISH = {
    "answer": """
        réponse respuesta resposta antwort risposta antwoord odpowiedź ответ відповідь cevap yanıt jawaban
        jawabannya jibu الجواب الاجابة پاسخ उत्तर উত্তর 答案 答え 正解 回答 정답 คำตอบ
    """,
    "is": "est es ist è é jest adalah هو هی है হল 是 为 です は 은 는 입니다 คือ",
    "not": "nicht pas não non nie не bukan لیس نیست 不是 ではなく ではありません 아니라",
    "or": "oder ou o lub или або veya atau او یا 或者 或 または 또는 หรือ",
    "and": "und et y e dan ve и і 和 と",
    "correct": "correcte correcta corretta correto richtig juist doğru benar верно правильно 正确 正確 正しい 맞습니다 ถูกต้อง",
    "true": "vrai vraie verdadera verdadeira vera wahr waar prawdziwy",
    "wrong": "faux fausse falsch falsa incorrecta sbagliata неверно неправильно 错误 错 錯 不对 不正确 間違い 틀렸습니다 ผิด",
    "caption": """
        légende leyenda descripción didascalia legenda bildunterschrift beschriftung bijschrift podpis
        подпись 描述 标题 説明文 キャプション 캡션
    """,
    "option": "opción opzione opção optie вариант варіант seçenek pilihan 选项 選項 選択肢 보기 ตัวเลือก विकल्प",
    "image": """
        imagen immagine imagem bild afbeelding obraz изображение картинка зображення gambar resim hình صورة
        الصورة تصویر picha 图片 圖片 图像 图 圖 画像 図 写真 이미지 사진 그림 ภาพ छवि चित्र ছবি
    """,
    "first": """
        première premier primera primer erste prima primeira eerste pierwsza pierwszy первая первое первый
        перша перше pertama birinci 第一个 第一個 第一张 第一張 第一 最初の 一つ目の 첫번째
    """,
    "second": """
        deuxième seconde segunda segundo zweite seconda tweede druga drugi вторая второе второй друге kedua
        ikinci 第二个 第二個 第二张 第二張 第二 二つ目の 두번째
    """,
    "the": "la le les el der die das il de",
    "describes": "décrit beschreibt describe descreve descrive описывает описує 描述了",
}
_SPACELESS = "[\u0900-\u0dff\u0e00-\u0e7f\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af]"
"""Scripts whose words are found inside a run of characters, because spaces or letter classes do not set them apart."""
_MIXED = "[a-z0-9\ue000\ue001]"
_TRANSLATION = {fold(word): english for english, line in _ENGLISH.items() for word in line.split()}
_SPACELESS_WORDS = re.compile(
    "|".join(sorted((re.escape(word) for word in _TRANSLATION if re.match(_SPACELESS, word)), key=len, reverse=True))
)
_SCRIPT_CHANGE = re.compile(f"(?<={_MIXED})(?={_SPACELESS})|(?<={_SPACELESS})(?={_MIXED})")
_TOKEN = re.compile(r"\d+(?:st|nd)(?!\w)|\d+(?:[.,]\d+)*|[^\W\d_]+(?:['-][^\W\d_]+)*|[^\s]|\n")
_MARKUP = re.compile(r"\\boxed(?![a-z])|<answer>|\\[a-z]+|</?[a-z][^<>\n]{0,40}>|[*_`#$\\\"“”«»]|(?<!\w)(?:l|d|c|qu)'")
_MEANING = {"\\boxed": " answer : ", "<answer>": " answer : ", "</answer>": "\n"}


def english_tokens(folded: str) -> list[str]:
    """The words and punctuation marks of a folded text, without markup, with words of the glossary in English."""
    plain = _MARKUP.sub(lambda found: _MEANING.get(found[0], " "), folded)
    spaced = _SPACELESS_WORDS.sub(lambda found: f" {_TRANSLATION[found[0]]} ", _SCRIPT_CHANGE.sub(" ", plain))
    return [_TRANSLATION.get(found[0], found[0]) for found in _TOKEN.finditer(spaced)]
