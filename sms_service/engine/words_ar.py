"""The words people answer with in Arabic, in Arabic and Latin letters: data only. words.py says what each list is for.

The Arabic of the Gulf, Egypt, the Levant and Sudan, and the standard language.
"""

from __future__ import annotations

from collections.abc import Mapping

_STOP_THEM = ", ".join(
    f"{stop} {what}"
    for stop in ("توقفوا", "توقف", "أوقفوا", "أوقف", "وقفوا", "وقف", "بطلوا", "بطل", "كفوا", "كف")
    for what in (
        "الرسائل", "الرسايل", "رسائلكم", "رسائل", "رسايل", "هذه الرسائل", "هالرسائل", "إرسال", "إرسالها", "الإرسال", "الإزعاج",
        "ازعاجي", "عن الرسائل", "عن الرسايل", "عن إرسال", "عن الإرسال", "عن المراسلة", "عن مراسلتي", "عن إزعاجي", "عن الإزعاج",
    )
)  # fmt: skip
"""Beside what is sent a STOP is one, wherever it stands: `نعم لكن توقفوا عن الرسائل`."""

_STRIKE_OUT = ", ".join(
    f"{strike} {what}"
    for strike in ("احذف", "احذفوا", "امسح", "امسحوا", "شيل", "شيلوا", "ازيلوا", "أزل", "الغوا", "الغي")
    for what in ("رقمي", "اسمي", "نمرتي", "بياناتي", "تسجيلي", "اشتراكي")
)  # fmt: skip

_WRONG_NUMBER = ", ".join(
    f"{article}{number} {wrong}"
    for number in ("ra2m", "ra2am", "ra8m", "ra8am", "rakm", "rakam", "raqm", "raqam", "nemra", "nimra", "nomra")
    for article in ("", "el", "al", "il")
    for wrong in ("ghalat", "8alat", "galat", "ghlt", "8lt", "khata", "khata2", "khate2", "5ata", "5ata2")
)

ARABIC: Mapping[str, str] = {
    "yes": """waafiq, wafiq, wafaqt, uwafiq, uwafik, awafiq, owafe2, awafe2, بوافق, موافق تماما, كلام مضبوط, كلام سليم, سليم,
        جاهز, مستعد, gahez, jahez, كلامك صحيح, تمام كده, تمام كدا, ايووه, ayoh, aywoh, ayoo, tamam keda, tamam
        kda, mwaf2, mwafe2 awi, ana mwaf2, 9a7, 9ah, بكل سرور, بكل تأكيد, بكل ترحيب, bekol sorour, ee akeed, eh
        akeed, ana mwafe2, اه, اها, اي نعم, ايه نعم, إي والله, اي والله, ايه والله, بالطبع, قبول, صح, ماشي, من
        عيوني, على راسي, على عيني, أبشر, تمام التمام, أريد, عايز, عايزه, عاوز, ابغى, ابغا, بدي, داير, دايره,
        نعمين, اوكيشن, na3m, na3aam, naaam, eywa, eiwa, iwa, tamaam, tmam, mwafe2, mwafi2, mowafe2, mowafi2,
        muwafe2, mwafe2a, mwafeqa, muafiq, mwafek, mowafek, muwafik, mwafik, aked, akeeed, taba3an, tb3an, sa7,
        sa7i7, 7ader, hader, 3ayez, 3awez, 3ayza, abgha, biddi, baddi, eh na3am, ee na3am, ey na3am, e na3am, ay
        na3am, okeh, oki, نعم, أجل, ايوه, أيوة, ايوا, إيوه, بلى, موافق, موافقة, موافقين, أوافق, نوافق, أقبل,
        قبلت, اقبل, تمام, طيب, حاضر, صحيح, صحيحة, مضبوط, أكيد, بالتأكيد, بالتاكيد, طبعا, حسنا, حسنًا, أوكي, اوك,
        اوكيه, يس, أؤكد, na3am, naam na3am, aiwa, aywa, aywah, aiwah, muwafiq, mowafeq, mwafeq, mwafiq, muwafeq,
        tamam, akeed, akid, tab3an, ajal""",
    "joins": """سجلني, سجلوني, سجلوا اسمي, سجل اسمي, ضموني, ضمني, ضيفوني, أضيفوني, أضفني, ادخلوني, حابب انضم, حاب انضم, حابة
        انضم, sajjilni, sagelni, sajelni, sajluni, sagelooni, mo2ayed, ارغب في الانضمام, ارغب بالانضمام, اود
        الانضمام, أود الانضمام, اريد ان انضم, أريد أن أنضم, عايز اكون عضو, عاوز اكون عضو, بدي اكون عضو, ابي اكون
        عضو, اريد ان اكون عضوا, sa7 kollo, كل شيء صحيح, كل شي صحيح, كله صحيح, كله تمام, كله صح, كل شيء تمام, كل
        شي تمام, kolo tamam, kollo tamam, kolo sa7, kollo sa7, andam, 3ayez andam, 3awez andam, انضم, انا هو,
        أنا هو, ابي انضم, أؤيد, أريد الانضمام""",
    "no": """موش, ما عندي رغبة, ماعندي رغبة, لالالا, لالالالا,
        لأه, موب, مهب, رفضت, ما احب, ما بحب, لا احب, مبحبش, ماليش في, مليش في,
        ما دايرين, ما عايزين, ما نبغى, ما نبي, ما نريد, mani, manish, لالا, ما موافق, ما داير, ما دايره,
        ما دايرة, ما عايز, ما عاوز, ما ودي, ما بدنا, مابغى, مابغا, ماابغى, ماودي, ما يهمني, ما بوافق, ما
        انضم, مستحيل, مانيش, ماني, منيش, نو, مبغاش, مابيش, la2, la2a, laa2, msh, moo, mu, ma abgha, ma
        abi, ma aby, ma biddi, ma baddi, mabaddi, mabiddi, mabi, mabgha, ma 3ayez, ma dayer, ma wafe2,
        abadan, abdan, mustahil, mosta7il, rafed, لا, لأ, لاء, كلا, أرفض, ارفض, رفض, رافض, رافضة, مرفوض,
        نرفض, لن, ليس, ليست, لست, مش, مو, غير, ابدا, أبدا, ولا, لم, ما اوافق, ما اريد, ما بدي, ما ابي, ما
        ابغى, مابدي, ماابي, مابي, ماريد, ما أقبل, لااريد, لاأريد, لااوافق, laa, laaa, kalla, mish, mesh,
        mosh, mush, arfud, arfod""",
    "stop": """احذفوني, احذفني, شيلوني, شيلني, امسحوني, امسحني, الغوني, اخرجوني, طلعوني, wa2afo, wa2fou,
        wa2af, waqif, batalo, battalo, elghi, alghi, ilghi, ازالة,
        الغوا, الغو, batel, battil, بطل, بطلوا, battal, battel, انهاء الاشتراك, التوقف, wa2ef, wa22ef,
        wa2fo, wa2fu, awqef, aw2ef, tawa2af, twa2af, twaqaf, tawaqqf, elgha2, ilgha2, elgha, ilghaa, stob,
        توقف, توقفوا, أوقف, أوقفوا, اوقف, وقف, وقفوا, قف, إيقاف, ايقاف, إلغاء, الغاء, ألغ, الغي, إلغاء
        الاشتراك, ستوب, كفى, tawaqaf, tawaqqaf, waqef, waqqef, ilgha""",
    "no_more": f"""{_STOP_THEM}, {_STRIKE_OUT}, la teb3ato, la teb3atoo, احذفوا الرقم, احذف الرقم,
        امسح الرقم, امسحوا الرقم, matb3atoosh,
        matb3atoush, mateb3atoosh,
        لا تبعتلي, لا تبعتولي, ما تبعتلي, ما تبعتولي, بلا ازعاج, شيل اسمي, شيلوا اسمي, احذف اسمي, احذفوا
        اسمي, امسح اسمي, امسحوا اسمي, احذفوني من, احذفني من, شيلوني من, شيلني من, batal teb3at,
        battal teb3at, seebooni, sibouni, sibuni,
        ما تبعتليش, ما تبعتوليش, شيل نمرتي, شيلوا نمرتي, احذف نمرتي, احذفوا نمرتي, امسح نمرتي,
        امسحوا نمرتي, اتركونا, سيبونا, خلونا في حالنا, لا تتواصل, لا تتواصلوا, لا تزعجونا, لا تزعجنا,
        matb3atlish, mateb3atlish, matb3atoolish, mtb3tlish, la trasilni, la trasilouni, la tez3ejni, la
        tz3jni, ma trasilni, ما ترسل, ما ترسلوا, ما ترسلون, لا ترسلو, لا تراسل, لا تكلمني, لا تكلموني, لا
        تبعت, لا تبعتوا, لا تبعث, لا تدق, ما تبعت, ما تبعتوا, ما تبعتش, ما تبعتوش, متبعتش, متبعتوش,
        متبعتليش, متبعتوليش, ما تكلمني, متكلمنيش, ما تراسلني, متراسلنيش, بطل رسايل, بطل رسائل, بطل تبعت,
        بطل ترسل, بطل ازعاج, بطلوا رسايل, بطلوا رسائل, بطلوا تبعتوا, بطلوا ازعاج, بطلوا ترسلوا, كفاية
        رسائل, كفاية رسايل, كفايه رسائل, كفى رسائل, يكفي رسائل, بدون رسايل, ما ابغى رسائل, ما ابي رسائل,
        ما ابي رسايل, ما ابغى رسايل, ما بدي رسائل, ما بدي رسايل, مش عايز رسائل, مش عايز رسايل, مش عاوز
        رسائل, مش عاوز رسايل, ما عايز رسائل, ما داير رسائل, لا اريد رسائلكم, لا اريد اي رسائل, لا اريد
        استلام, امسح رقمي, امسحوا رقمي, شيل رقمي, شيلوا رقمي, ازالة رقمي, ازيلوا رقمي, حذف رقمي, الغي
        رقمي, اتركني, اتركوني, سيبني, سيبوني, خليني في حالي, خلوني في حالي, حل عني, حلوا عني, ابعد عني,
        ابعدوا عني, la tersel, la trsl, la tirsil, la tursil, la tb3at, la teb3at, ma tersel, ma trsl, ma
        teb3at, mat3b3atsh, matb3atsh, mateb3atsh, matb3atosh, mtb3tsh, battal rasayel, battel rasayel,
        batal rasayel, wa2ef rasayel, sebni, sibni, seebni, sibooni, etrokni, utrukni, otrokni, atrikni,
        mish 3ayez rasayel, msh 3ayez rasayel, mesh 3ayez rasayel, لا ترسل, لا ترسلوا, لا ترسلي, لا
        تراسلني, لا تراسلوني, لا تتصل, لا تتصلوا, لا تزعجني, لا تزعجوني, لا ترسلون, احذف رقمي, احذفوا
        رقمي, أزل رقمي, بدون رسائل, لا اريد رسائل, لا أريد رسائل, لا أريد الرسائل""",
    "start": "بدء, بداية, ابدأ الآن, اشتراك, اشترك, استئناف",
    "help": """أريد معلومات, ابغى معلومات, بدي معلومات, عايز معلومات, اريد توضيح, وضحوا لي, اشرحوا لي,
        اشرح لي, أريد المساعدة, 3ayez mosa3da, me7tag mosa3da, ايش الرسالة, ايش الرسالة هذي, شو هالحكي,
        عايز مساعدة, عاوز مساعدة, بدي مساعدة, مين دول, eh el resala
        di, eh el resala, eh da ba2a, meen dol,
        مين ده, مين دا, مين هذا, من هذا, منو هذا, sa3dni, sa3edni, sa3duni, sa3idni,
        أحتاج الى مساعدة, بحاجة الى مساعدة, ممكن مساعدة, ايش هذا الموضوع, وش هذا الموضوع, مين حضرتك,
        من حضرتك, مين حضراتكم, من حضراتكم, ماهذه الرسالة, ايه الرسالة دي, شو هالرسالة, وش هالرسالة,
        المساعدة, أحتاج مساعدة, محتاج مساعدة, اريد مساعدة, ابي مساعدة, من انتم, من أنت, من انتو, انت من,
        انتم من, مين انت, مين انتم, مين انتو, انت مين, انتم مين, انتو مين, مين معي, مين معايا, من معي, من
        معاي, منو انت, منو معي, انت منو, منو انتو, ما هذا, ماهذا, ما هذه الرسالة, ايش هذا, اش هذا, شو هذا,
        شو هاد, شو هاذا, شو هيدا, شو هدا, شنو هذا, شنو ده, ده شنو, دا شنو, وش هذا, وش ذا, شنو هاذا, ده
        ايه, دا ايه, ايه ده, ايه دا, شو القصة, ايش الموضوع, شو الموضوع, وش الموضوع, ايه الموضوع, ما
        الموضوع, mosa3da, musa3ada, mosa3ada, eh da, eh dah, da eh, eih da, shu hada, shu had, shu haida,
        shou hayda, shu hayda, esh hatha, eish hatha, esh hada, wesh hatha, wsh hatha, wesh hada, shno
        hatha, shino da, shno da, shnu da, meen enta, min enta, min inta, enta meen, inta meen, inta min,
        ento meen, meen ento, meen ma3i, meen ma3aya, min ma3i, mn ma3i, man antum, man anta, man ant,
        meno enta, مساعدة, مساعده, ساعدني, ساعدوني, معلومات, musaada""",
    "wrong_number": f"""{_WRONG_NUMBER}, مش بتاعته, مش بتاع, حد اسمه, احد اسمه, مخطئ في الرقم, مخطئ بالرقم,
        el ra2m da ghalat, ra2m da
        ghalat, ra2am 8alat, el ra2m 8alat,
        لست هذا الشخص, احد بهذا الاسم, أحد بهذا الاسم, حد بالاسم ده, حد بهذا الاسم, اخطأت الرقم, اخطأت في
        الرقم, أخطأتم, أخطأتم الرقم, شخص تاني, ما اعرف هالشخص, msh ra2ami, mesh ra2ami, mish ra2ami,
        msh rakmi, mesh rakmi, mish rakmi, msh rakmy, mesh rakmy, mish rakmy, rakam 8alat, rakm
        8alat, elrakam 8alat, el rakam 8alat, nemra 8alat, elnemra 8alat, ma3rafoosh, ma3rafosh,
        ma3rafush,
        الرقم ليس له, الرقم ليس لي, مش بتاعه, مش بتاعها, مو هذا رقمه, مو هذا رقمي, mish ra2mo,
        msh ra2mo, mesh ra2mo, mish ra2mu, ما اعرف هذا الشخص, ما اعرف الشخص, لا اعرف الشخص, النمرة دي غلط,
        الرقم ده غلط, الرقم دا غلط, الرقم هذا غلط, الرقم هذا خطا, الرقم الخطأ, بالرقم الخطأ, للرقم الخطأ,
        رقم بالغلط, شخص غيري, الرقم الغلط, بالرقم الغلط, مش رقمه, ليس رقمه, مو رقمه, مش رقمها, مش رقم, ليس
        رقم, مو رقم, النمره غلط, نمره غلط, رقم مش صح, الرقم مش صح, رقم مو صح, الرقم مو صحيح, غلطانين, غلطت
        بالرقم, غلطت في الرقم, غلطتوا بالرقم, انا مش هو, مش هو, مو هو, لست هو, مش الشخص, مو الشخص, ليس
        الشخص, شخص خطأ, الشخص الخطأ, شخص غلط, شخص ثاني, واحد تاني, ماهو انا, ما هو انا, ما انا, لا اعرفه,
        ما اعرفه, ما بعرفه, معرفوش, مااعرفه, لا أعرف هذا الشخص, لا اعرفها, نمرة خطأ, رقم خطا, الرقم خطا,
        ماني هو, مب انا, مهوب انا, ra2m ghalat, ra2am ghalat, raqam ghalat, raqm ghalat, rakam ghalat,
        rakm ghalat, alraqam ghalat, alrakam ghalat, elra2m ghalat, elrakam ghalat, nemra ghalat, nimra
        ghalat, nomra ghalat, elnemra ghalat, ra2m 8alat, rakam 8alat, ra2m khata2, raqam khata2, raqam
        khata, ghaltan, 8altan, ghaltaneen, mish ana, mesh ana, msh ana, mush ana, mosh ana, mo ana, moo
        ana, mu ana, mub ana, lastu ana, last ana, mish ra2mi, mish ra2my, msh ra2mi, msh ra2my, mesh
        ra2mi, mo raqmi, moo raqmi, mu raqmi, laysa raqmi, رقم خطأ, رقم خاطئ, رقم غلط, الرقم خطأ, الرقم
        خاطئ, الرقم غلط, الرقم غير صحيح, رقم غير صحيح, النمرة غلط, نمرة غلط, مش انا, مو انا, لست انا, ليس
        انا, انا لست, ليس رقمي, مش رقمي, مو رقمي, لست المقصود, لست الشخص, شخص آخر, شخص اخر, غلطان, غلطان
        بالرقم""",
    "neither": """msh mota2aked, mesh mota2aked, mish mota2aked, صح ولا غلط, صح ولا خطأ,
        ولا يهمك, ولم لا, و لم لا, ولما لا,
        اتركني افكر, سيبني افكر, خليني افكر, خلوني افكر, لا اعرف هذا الحزب, غير اسمي, غير الاسم,
        غيروا اسمي, غيروا الاسم, ليس اسمي, مش اسمي, مو اسمي, مفيش مشكلة, مفيش مانع, ما في مانع, ماعندي
        مانع, ما عندي مانع, مش بطال, لا بد, لا ارفض, مش عارفه, لا شيء, لا شي, la mushkila, mafi mushkila,
        ma fi mushkila, mafeesh moshkela, mafish mushkila, mish moshkela, msh moshkela, la ba2s, ma 3araf,
        ma a3ref, mish 3aref, msh 3aref, mesh 3aref, mish fahem, msh fahem, لا مشكلة, لا مانع, لا بأس, لا
        باس, مافي مشكلة, ما في مشكلة, مش مشكلة, لا أعرف, لا أدري, لا ادري, ما أعرف, ما ادري, لا أعلم, لا
        اعلم, لا أفهم, لم أفهم, ما فهمت, مش فاهم, مش عارف, لست متأكدا, لست متاكد, غير متأكد, مش متأكد, لم
        لا, لما لا, ليش لا, ليه لا, لا شك, بلا شك, لا توقف, لا تتوقف""",
    "polite": """كبير, زول, طويل العمر, جماعة, يا جماعة, شباب, اخوان, zol, kbeer, sadiqi, صديقي, غالي,
        الغالي, بابا, ماما, استاذنا, يا, باشا, ريس, يا ريس, فندم, حج, حاج, شيخ, دكتور, استاذي, أستاذة,
        الكريم, العزيز, عزيزي, حبيبي, حبيبتي, بيه, كابتن, معلم, اختي, أختي, اخوي, أخوي, خوي, عمي, خالي,
        سيدتي, طال عمرك, ابو, والله, ان شاء الله, باذن الله, بإذن الله, الله يبارك فيك, بارك الله فيك,
        سلام, وعليكم السلام, اهلا, اهلين, صباح الخير, مساء الخير, يعطيك العافية, مشكور, تسلم, akhi, a5i,
        akhy, basha, rayyes, rayes, sheikh, habibi, 7abibi, 7bibi, ustaz, ustad, ustaaz, doktor, wallah,
        inshallah, insha allah, inchallah, in sha allah, shokran, shukrn, salam 3alaykum, salam alaikum,
        assalamu alaikum, marhaba, ahlan, min fadlek, law sama7t, من فضلك, من فضلكم, لو سمحت, لو سمحتم,
        شكرا, شكرا لك, شكرا لكم, شكرا جزيلا, مرحبا, السلام عليكم, أخي, اخي, سيدي, أستاذ, رجاء, shukran,
        min fadlak, salam""",
    "neutral": """بشدة, انا, أنا, نحن, جدا, تماما, كل, ذلك, هذا, على, على ذلك""",
    "joining": """العضوية, بالعضوية, عضوية, معكم, معاكم, الانضمام, المعلومات, البيانات""",
}
