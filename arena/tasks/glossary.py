"""The words of short answers, in the 22 languages that models are known to answer in, by what they mean.

Readers understand a clause only where all its words are in here: every other word is `OTHER`. Prompts are English, so answers
in other languages are short, and a few words of each go a long way. An underscore stands for the space of a phrase.
"""

import re
import unicodedata

from arena.tasks.folding import fold

OTHER = "other"
"""The meaning of every word that is not in the glossary."""

_WORDS = {
    "yes": """
        yes yeah yep yup indeed oui sí si sì sim ja jawohl да так tak evet نعم بله آره हाँ हां जी হ্যাঁ জি ya
        iya vâng có ใช่ ใช่ค่ะ ใช่ครับ 是 是的 はい ええ そうです 네 예 ndiyo ndio አዎ affirmative
    """,
    "not": """
        hardly not_at_all of_course_not by_no_means cannot_be ca_not_be everything_but all_but there_is_no
        fail_to no nope nah not never neither none anything_but far_from there_is_nothing i_see_nothing fails_to
        non nein nicht kein keine keiner keines weder noch pas aucune aucun ninguna ninguno não nem nenhuma
        nenhum né nessuna nessuno nee niet geen nie ani żaden нет не ни ні hayır değil değildir لا لیس لیست کلا
        نه نیست غیر خیر هیچ नहीं না নয় tidak bukan không ไม่ ไม่ใช่ ไม่ใช่ค่ะ ไม่ใช่ครับ 不 不是 不是的 否 没有
        沒有 いいえ ではなく ではない ではありません じゃない 아니요 아니오 아뇨 아니라 아닙니다 hapana sio አይ
        አይደለም no_es no_está negative 없습니다 없어요
    """,
    "nothing": """
        nothing nichts rien nada nulla niente niets nic ничего ничто нічого ніщо hiçbir_şey tidak_ada không_có_gì لا_شیء
        هیچ_چیز कुछ_नहीं কিছুই ไม่มีอะไร 没有什么 沒有什麼 何も 아무것도 hakuna ምንም
    """,
    "instead": "rather_than instead_of everything_except all_except as_opposed_to than unlike plutôt_que",
    "except": """
        except except_for except_in except_that apart_from aside_from but_for save_for barring excepting
        other_than with_the_exception_of außer ausgenommen abgesehen_von bis_auf sauf à_part hormis excepté
        excepto salvo aparte_de a_excepción_de tranne eccetto a_parte exceto afora behalve afgezien_van oprócz
        z_wyjątkiem кроме за_исключением крім окрім за_винятком hariç dışında kecuali selain ngoại_trừ trừ
        باستثناء الا عدا به_جز بجز جز مگر के_अलावा को_छोड़कर सिवाय ছাড়া বাদে ยกเว้น นอกจาก 除了 除外 以外
        を除いて 제외하고 제외하면 빼고 isipokuwa ila በስተቀር minus ignoring disregarding save_the menos poza
        aside bar_the
    """,
    "right": """
        correct correctly true truthful right accurate accurately best better good valid correcte exact exacte
        vrai vraie bonne correcta correcto verdadera verdadero richtig richtige korrekt wahr zutreffend corretta
        corretto vera vero giusta giusto esatto correto correta verdadeira certa certo juist juiste poprawny
        poprawna poprawne prawidłowa prawidłowy верно верен верна верный правильно правильный правильная
        правильное правильна правильний правильне вірно doğru doğrudur صحیح صحیحة الصحیح الصحیحة درست सही সঠিক
        ঠিক benar tepat đúng ถูกต้อง ถูก 正确 正確 对 對 准确 準確 正しい 正解 맞습니다 맞아요 정확합니다 정확한
        sahihi kweli ትክክል ትክክለኛው ✅ ✓ ✔ 没错 没有错 صحیحا besser mejor meilleur meilleure migliore think_so
        believe_so true_of what_the_image_shows juste cierto cierta exacta acertado acertada verdad verdade
        exato exata esatta precisa preciso treffend passend waar prawda prawdziwy prawdziwa zgodny zgodna zgodne
        правда точно точный точное вірна вірний uygun akurat cocok chính_xác phù_hợp khớp ตรง จริง دقیق مطابق सच
        सटीक সত্য その通り 맞다 맞는 옳습니다 is_perfect is_flawless is_spot_on ist_perfekt est_parfait
        est_parfaite es_perfecto es_perfecta è_perfetto è_perfetta é_perfeito é_perfeita 👍 ☑
    """,
    "match": """
        match matches matched matching fits fit applies apply corresponds correspond aligns agrees coincide
        corresponde stimmt passt trifft_zu corrisponde klopt pasuje zgadza_się соответствует подходит відповідає
        uyuyor eşleşiyor मेल_खाता_है sesuai ตรงกับ 符合 匹配 当てはまる 当てはまります 合っています 一致します
        일치합니다 perfect_match what_the_caption_says what_the_caption_describes what_the_caption_states
        what_it_says
    """,
    "wrong": """
        wrong wrongly incorrect incorrectly false falsely inaccurate inaccurately untrue mismatch mismatched
        misleading contradicts invalid ruled_out non-matching worse another_image different_image something_else
        faux fausse incorrecte falsch falsche falsa falso incorrecta incorrecto sbagliata sbagliato errata
        errada incorreta onjuist fout niepoprawny błędny неверно неверный неверна неправильно неправильный
        неправильна невірно yanlış yanlıştır خطا غلط गलत ভুল salah sai ผิด 错误 錯誤 错 錯 間違い 間違っています
        違います 틀렸습니다 아닌 ❌ ✗ ✘ ✖ unzutreffend unrichtig unpassend ungenau inexact inexacte erroné
        erronée erróneo errónea equivocado equivocada inesatto inesatta inexato inexata errado onjuiste onwaar
        nieprawda nieprawidłowy nieprawidłowa nieprawidłowe błędna błędne неточно неточный неточная ошибочно
        ошибочна ошибочный ложь ложно хибно помилково hatalı uymuyor eşleşmiyor keliru خاطئ خاطئة نادرست اشتباه
        असत्य 有误 有誤 誤り 誤っています 違う 正しくない 正しくありません 合っていません 一致しません
        当てはまりません 틀립니다 틀려요 틀렸어요 맞지_않습니다 맞지_않아요 일치하지_않습니다 정확하지_않습니다
        잘못되었습니다 ไม่ตรง si_sahihi si_kweli 👎 🚫 ⛔ ☒ × ✕ 틀린 ስህተት a_mismatch
    """,
    "describe": """
        describe describes described depicts represents reflects décrit beschreibt descreve descrive beschrijft opisuje
        описывает описує menggambarkan mô_tả 描述了
    """,
    "show": "show shows muestra montre zeigt mostra",
    "answer": """
        answer choice response solution verdict conclusion result réponse respuesta resposta antwort risposta antwoord
        odpowiedź ответ відповідь cevap cevabı yanıt jawaban jawabannya jibu الجواب الاجابة پاسخ उत्तर উত্তর đáp_án
        câu_trả_lời 答案 答え 回答 정답 답 คำตอบ መልሱ
    """,
    "caption": """
        caption captions option options statement description sentence letter alternative légende opción opção opzione
        descripción leyenda didascalia legenda alternativa letra lettre lettera bildunterschrift beschriftung beschreibung
        bijschrift optie beschrijving podpis opis opcja подпись описание підпис опис вариант варіант açıklama seçenek
        keterangan pilihan opsi deskripsi الوصف الخیار گزینه توضیح विकल्प विवरण বিকল্প chú_thích lựa_chọn 描述 标题 標題
        选项 選項 説明文 説明 キャプション 選択肢 캡션 보기 설명 번 ตัวเลือก คำบรรยาย ข้อ maelezo chaguo መግለጫ
    """,
    "image": """
        image images picture pictures photo photos scene of_the_image in_the_image figure imagen imágenes immagine immagini
        imagem imagens bild bilder afbeelding obraz zdjęcie изображение изображению картинка зображення зображенню gambar
        resim görsel hình ảnh صورة الصورة تصویر picha छवि चित्र तस्वीर ছবি 图片 圖片 图像 图 圖 画像 図 写真 이미지 사진
        그림 ภาพ รูป รูปภาพ ምስል
    """,
    "number": "number nummer numéro número numero номер رقم شماره numara nomor 第 番 번호 หมายเลข ที่ nambari",
    "first": """
        first 1st former left top upper on_the_left première premier primera primer erste prima primeira primeiro eerste
        pierwsza pierwszy первая первое первый первом перша перше перший birinci birincisi ilk pertama الاولی الاول اولین
        اول पहली पहला প্রথম thứ_nhất đầu_tiên แรก ที่หนึ่ง 第一个 第一個 第一张 第一張 第一幅 第一 最初 一つ目 一枚目 左边
        左邊 첫_번째 첫번째 ya_kwanza የመጀመሪያው
    """,
    "second": """
        second 2nd latter bottom lower last on_the_right deuxième seconde segunda segundo zweite seconda secondo tweede
        druga drugi вторая второе второй втором друга друге другий ikinci ikincisi gambar_kedua keterangan_kedua yang_kedua
        الثانیة الثانی دومین دوم दूसरी दूसरा দ্বিতীয় thứ_hai ที่สอง 第二个 第二個 第二张 第二張 第二幅 第二 二つ目 二枚目
        右边 右邊 두_번째 두번째 ya_pili ሁለተኛው
    """,
    "and": "and as_well_as et y und e en и і ve dan و और এবং và และ 和 与 與 と",
    "or": "or nor ou o oder of lub или або veya atau او یا या বা hoặc หรือ 或者 或 または 또는 au",
    "also": """
        also too as_well likewise ditto so_is so_are so_does so_do nor_is nor_are nor_does nor_do as_is as_are
        as_does
    """,
    "but": """
        but yet however although though mais sino pero sondern aber ma mas maar ale lecz но а але ama fakat tetapi melainkan
        لکن بل اما लेकिन কিন্তু nhưng mà แต่ 但 但是 而 而是 lakini
    """,
    "so": "so therefore thus hence then donc daher dus entonces quindi portanto więc поэтому 所以 因此 따라서 したがって",
    "because": """
        because because_of since as while whereas porque car weil perché omdat ponieważ потому çünkü karena لان زیرا क्योंकि
        কারণ vì เพราะ 因为 因為 なので 왜냐하면
    """,
    "if": """
        if whether unless until suppose supposing provided_that otherwise when wenn falls jeśli если якщо eğer
        jika اذا اگر अगर যদি nếu ถ้า 如果 to_be to_match to_fit to_describe in_order_to as_if as_though
    """,
    "hedge": """
        maybe perhaps possibly may might could partly partially somewhat mostly almost nearly half sure certain
        unsure seem seems appears vielleicht quizás talvez forse teilweise parcialmente partiellement poorly
        badly barely doch x image_as picture_as it_as this_as 🤔 🤷 alternative_to opposite_of contrary_of
        second_to_none contradiction contradictions discrepancy discrepancies ❎ kind_of sort_of more_or_less
        to_some_extent in_part roughly approximately fast beinahe annähernd ungefähr halbwegs presque en_partie
        à_peu_près casi en_parte quasi in_parte quase em_parte bijna ongeveer gedeeltelijk prawie częściowo
        почти частично майже частково neredeyse kısmen hampir sebagian gần_như một_phần 差不多 几乎 幾乎 部分
        ほぼ 一部 거의 부분적으로 تقریبا جزئیا लगभग आंशिक প্রায় আংশিক เกือบ บางส่วน karibu
    """,
    "unable": "cannot ca_not could_not unable",
    "doubt": "wait reconsider correction scratch hmm or_rather i_mean make_that make_it correct_this correct_it いや",
    "it": """
        it they this that which these c ce cela ça es das dit dat eso esto lo isso isto ciò questo это це bu هذا هذه این यह
        এটা đó นี่ 这 這 これ それ 이것 hii ini itu
    """,
    "do": "do does did",
    "is": "is are was est ist è é jest está adalah là คือ เป็น 为 為",
    "be": "be هو هی است है হল です でした は が を の に 은 는 이 가 을 를 입니다 ni 的 ነው",
    "think": "think believe pense creo credo denke",
    "modal": "would should must",
    "choose": """
        say choose pick select go lean_towards leaning_towards prefer elijo choisis wähle 选择 選擇 选 選 应该 應該 应选
    """,
    "adverb": """
        definitely certainly absolutely clearly surely exactly well probably likely obviously simply bien genau muy très
        none_other_than no_other_than nothing_but
    """,
    "degree": """
        only fully completely perfectly entirely totally necessarily quite nur seulement solo sólo soltanto só
        somente alleen tylko только лише тільки sadece hanya chỉ فقط केवल सिर्फ শুধু 只 只有 仅 just
    """,
    "the": "the an le les el die den la los il gli het de um uma os",
    "word": """
        i my your on to for with by ones ok okay there_is_a of_the_two ne que che dass zum zur 我 most more final what
        actually either both between guess sorry here assistant looks du des der di del al à auf w na в на 最 才 那 本 张 張
        番目 枚目 つ目 この その ค่ะ ครับ
    """,
}
_NAMES = {"a": "a", "а": "a", "ا": "a", "الف": "a", "b": "b", "б": "b", "ب": "b", "one": "one", "two": "two"}
"""What may name an option. A reader decides whether it does."""
_MEANINGS = {" ".join(fold(entry).split("_")): meaning for meaning, entries in _WORDS.items() for entry in entries.split()}
_MEANINGS |= {fold(name): meaning for name, meaning in _NAMES.items()}
_LONGEST_PHRASE = max(len(entry.split()) for entry in _MEANINGS)
_SPACELESS = "[\u0e00-\u0e7f\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af]"
"""Scripts whose words no space sets apart (Thai, Japanese, Chinese), or that tie particles to them (Korean)."""
_SPACELESS_WORD = re.compile(
    "|".join(sorted((re.escape(entry) for entry in _MEANINGS if re.search(_SPACELESS, entry)), key=len, reverse=True))
)
_NUMBER_BEGINS = re.compile(r"(?<=[^\W\d_])-?(?=\d)")
_SHARE = re.compile(r"(?!(?:100|[6-9]\d)(?:[.,]\d+)?%)\d+(?:[.,]\d+)?%|\d+[.,/]\d+")
"""How unlikely or how good something is: "20%", "0.8", "3/10"; a high share is no reason to doubt."""
_NUMERO = re.compile(r"(?<!\w)no\.(?=\s?\d)")
_VERSUS = re.compile(r"(?<!\w)(?:vs|versus)(?!\w)\.?")
_SCRIPT_CHANGES = re.compile(f"(?<=[a-z0-9\ue000\ue001])(?={_SPACELESS})|(?<={_SPACELESS})(?=[a-z0-9\ue000\ue001])")
_ORNAMENTS = ("So", "Sk")
"""Categories of emoji and of what changes their colour."""
_PUNCTUATION = str.maketrans(dict.fromkeys("。।።", ". ") | dict.fromkeys("、،፣", ", ") | dict.fromkeys("؛", ";") | {"؟": "?"})
_SIGNS = ".,;:!?()\n\ue000\ue001"
"""What stands for itself: punctuation, and the marks of readers."""
_DASH = re.compile(r"\s-+\s|[–—]")
_SHORT_FORMS = ((re.compile(r"n't(?!\w)"), " not"), (re.compile(r"(?<=\w)'s(?!\w)"), " is"))
_CLITIC = re.compile(r"(?<!\w)(?:l|d|c|n|s|qu|un|dell)'(?=\w)|(?<=\w)'(?:d|m|ll|re|ve)(?!\w)|(?<!\w)'|'(?!\w)|[\"“”„«»「」]")
_TOKEN = re.compile(r"[\ue000\ue001]|\d+(?:[.,/-]\d+)+|[.,;:!?()\n]|[^\s.,;:!?()\ue000\ue001]+(?:\.[^\s.,;:!?()]+)*")


def meanings(folded: str) -> list[str]:
    """What the words of a folded text mean, in order.

    Punctuation, marks of readers, numbers and the names of options (`a`, `b`, `1`, `2`) stand for themselves.
    """
    tokens = _TOKEN.findall(_spaced(folded))
    said: list[str] = []
    index = 0
    while index < len(tokens):
        for length in range(min(_LONGEST_PHRASE, len(tokens) - index), 0, -1):
            meaning = _MEANINGS.get(" ".join(tokens[index : index + length]))
            if meaning or length == 1:
                said.append(meaning or _of_itself(tokens[index]))
                index += length
                break
    return said


def _of_itself(written: str) -> str:
    """The meaning of a word or sign that is not in the glossary."""
    if written.isdecimal():
        return str(int(written)) if len(written) < 4 else OTHER
    if _SHARE.fullmatch(written):
        return "hedge"
    return written if len(written) == 1 and written in _SIGNS else OTHER


def _spaced(folded: str) -> str:
    """A text with spaces where words end, and one sign for each kind of punctuation."""
    plain = "".join(sign for sign in folded if sign in _MEANINGS or unicodedata.category(sign) not in _ORNAMENTS)
    plain = _DASH.sub(":", _VERSUS.sub(" or ", _NUMERO.sub("number ", plain.translate(_PUNCTUATION))))
    for form, words in _SHORT_FORMS:
        plain = form.sub(words, plain)
    plain = _SPACELESS_WORD.sub(lambda word: f" {word[0]} ", _CLITIC.sub(" ", plain))
    return _NUMBER_BEGINS.sub(" ", _SCRIPT_CHANGES.sub(" ", plain))
