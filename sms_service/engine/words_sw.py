"""The words people answer with in Swahili: data only. words.py says what each list is for."""

from __future__ import annotations

from collections.abc import Mapping

_STOP_THEM = ", ".join(
    f"{stop} {what}"
    for stop in ("acha", "acheni", "wacha", "wacheni", "sitisha", "sitisheni", "komesha", "komesheni")
    for what in ("ujumbe", "jumbe", "meseji", "message", "messages", "msg", "sms", "kabisa", "mara moja", "hizi", "hizo")
)  # fmt: skip
"""Beside what is sent a STOP is one, wherever it stands: `nimechoka na meseji zenu acheni kabisa`."""

_STRIKE_OUT = ", ".join(
    f"{strike} {what}"
    for strike in ("ondoa", "ondoeni", "futa", "futeni", "toa", "toeni", "mniondolee", "niondolee")
    for what in ("namba yangu", "nambari yangu", "number yangu", "simu yangu", "jina langu", "no yangu")
)  # fmt: skip

SWAHILI: Mapping[str, str] = {
    "yes": """niko tayari kabisa, nsio, mdio, bdio, ndoi, ndip, nimekubali kabisa, tayari, ndyio, nidyo, ndiyio, niko tayari,
        nipo tayari, tuko tayari, nathibitisha, ninathibitisha, nimethibitisha, thibitisha, nakubaliana na hilo,
        kwa hakika, kabisa kabisa, nataka sana, nataka, ninataka, naafiki, nimeafiki, ninaafiki, yap, sawa tu,
        ndio hivyo, ndiyo hivyo, eh ndio, eeh ndio, naam ndio, sawa basi, ndio basi, ndiyo, ndio, ndyo, ndo,
        ndiyoo, eeh, sawa, sawasawa, sawa sawa, nakubali, ninakubali, nimekubali, kubali, nakubaliana,
        ninakubaliana, nimekubaliana, tumekubali, sahihi, kweli, ni kweli, ni sahihi, ni sawa, hakika, bila
        shaka, naam ndiyo, poa""",
    "joins": """nataka kujisajili, nataka kujiandikisha, nataka uanachama, niwe mwanachama, nitafurahi kujiunga, niandikishe
        mimi, nisajili mimi, nipo ndani, niingize, niingizeni, niunganisheni, nipo pamoja, tuko pamoja, niko
        ndani, niandikisheni, niongeze, niongezeni, niweke, nitakuwa mwanachama, nataka kuwa mwanachama, naomba
        kujiunga, naomba kuwa mwanachama, kuwa mwanachama, kila kitu sawa, kila kitu ni sawa, kila kitu sahihi,
        ninajiunga, ningependa kujiunga, napenda kujiunga, niko tayari kujiunga, niunge, niunganishe, nisajili,
        nisajilini, niandikishe, naunga mkono, iko sawa, iko poa, nataka kujiunga, ninataka kujiunga,
        nitajiunga, najiunga, nimekubali kujiunga, nakubali kujiunga, ninakubali kujiunga""",
    "no": """sitaweza, sikutaka, siko interested, sipo interested,
        sina mpango, sina muda, haiwezekani, haitawezekana, abadani, abadan, sijisajili, sitajisajili,
        sikuomba, sijaomba, sikujiandikisha, sijajiandikisha, sitajiandikisha, sikujisajili,
        sijajisajili,
        sina interest, sina hamu, hataki, hata kidogo, sina haja, sina nia, hapana haja, sitaki chama,
        usinisajili, usinisajilini, msinisajili, usiniunge, usiniunganishe, msiniunge, usiniandikishe,
        msiniandikishe, usiniweke, msiniweke, usiniongeze, msiniongeze, zii, zi, sitakubaliana,
        hatukubali, sikubaliane, nimekata, nakana, si taki, hapana sitaki, sipo tayari, siko tayari,
        siungi mkono, hapana, hapan, hapna, apana, siyo, sio, sitaki, hatutaki, sikubali, sikubaliani,
        sitakubali, sijakubali, nakataa, ninakataa, nimekataa, kataa, sihitaji, sitahitaji, sipendi,
        sitapenda, siwezi, sitajiunga, sijiungi, kamwe, katu, hasha, hakuna, si sawa, si kweli, si sahihi,
        bila""",
    "stop": """mniondoe, uniondoe, nitolewe, niondolewe, mnitoe, unitoe, ghairi, batilisha, nimeghairi,
        acheni hii, wacheni, komeni, niondoeni, nitoeni, kujiondoa, jitoa, kujitoa, nijiondoe,
        stopisha, katisha, sitisheni, simamisheni, komesheni, simamisha, simama, sitisha, koma, komesha,
        acheni, jiondoe, niondoe, nitoe, ondoa""",
    "no_more": f"""{_STOP_THEM}, {_STRIKE_OUT}, usinitext, msinitext, futa jina langu, ondoa jina langu,
        toa jina langu,
        uache kunitumia, muache kunitumia, mwache kunitumia, uache kunisumbua, muache kunisumbua,
        niondolee, sitaki tena ujumbe, sitaki tena sms, sitaki tena meseji, sitaki sms tena, acha
        kunisumbua, acheni kunisumbua, wacha kunisumbua, wacheni kunisumbua, wacha kunitumia, wacheni
        kunitumia, wacha kutuma, usinisumbue, msinisumbue, usinisumbueni, usiniandikie, msiniandikie,
        usinitumieni, futa namba yangu, futa nambari yangu, toa namba yangu, toa nambari yangu, ondoa
        namba yangu, ondoa nambari yangu, ondoa number yangu, futa number yangu, toa number yangu, sitaki
        kupokea, sitaki message, sitaki msg, sitaki text, usinipigie, msinipigie, wachana na mimi, achana
        na mimi, nataka kujiondoa, nataka kujitoa, usini text, usinisms, acha kutuma, acha kunitumia,
        acheni kutuma, acheni kunitumia, acha ujumbe, acha sms, acha meseji, niache, niacheni, achana
        nami, usinitumie, msinitumie, usitume, msitume, sitaki ujumbe, sitaki sms, sitaki meseji, sitaki
        jumbe""",
    "start": "anza, anzisha",
    "help": """naomba maelezo zaidi, naomba mnisaidie, mnisaidie, nahitaji maelezo, wewe nani tena,
        nyinyi nani, ninyi nani, huyu nani, ujumbe huu ni nini, ujumbe
        gani, ujumbe gani huu, ni akina nani, nyie ni akina nani, akina nani,
        naomba unisaidie, ni nani, nani huyo, nani mwenzangu, naongea na nani, ninaongea na nani, nazungumza
        na nani,
        nahitaji usaidizi, naomba usaidizi, naomba kusaidiwa, msaada tafadhali, naomba msaada,
        nahitaji msaada, nisaidieni, naomba maelezo, maelezo zaidi, habari zaidi, ni nini hii, hii ni
        nini, hii nini, nini hii, ni nini hiki, hiki ni nini, wewe ni nani, we ni nani, we nani, wewe
        nani, nyinyi ni nani, ninyi ni nani, nyie ni nani, nyie nani, nani wewe, nani huyu, huyu ni nani,
        ni nani huyu, ni nani wewe, hii ni nini tena, msaada, nisaidie, saidia, usaidizi, maelezo""",
    "wrong_number": """namba hii si ya, namba hii sio ya, namba hii siyo ya, nambari hii si ya,
        nambari hii sio ya, si
        namba sahihi, sio namba sahihi, siyo namba sahihi, sijui huyo mtu, sijui huyu mtu, sijui mtu
        huyo,
        namba siyo, namba sio, nambari siyo, nambari sio, hakuna mtu wa jina, hakuna mtu huyo, hakuna mtu
        kama huyo, hakuna mtu anayeitwa, si mtu huyo, sio mtu huyo, rong namba, mimi siye, siye
        mimi, siye,
        namba si ya, namba sio ya, namba siyo ya, nambari si ya, nambari sio ya, nambari siyo
        ya, simu si ya, simu sio ya, simu siyo ya, number si ya, number sio ya, number siyo ya, hii sio
        simu ya, hii si simu ya, wrong namba, wrong nambari, si namba yake, sio namba yake, siyo namba
        yake, namba si yake, namba sio yake, si nambari yake, sio nambari yake, number si yangu, number
        sio yangu, si number yangu, sio number yangu, si namba ya, sio namba ya, siyo namba ya, si nambari
        ya, sio nambari ya, simjui, simfahamu, siwajui, simtambui, mimi si yeye, mimi sio yeye, mimi si
        huyo, mimi sio huyo, mimi siyo huyo, nambari sio sahihi, nambari siyo sahihi, namba siyo sahihi,
        umekosea number, mmekosea number, namba imekosewa, nambari imekosewa, namba ya mtu mwingine, si
        yeye, sio yeye, siyo yeye, si mimi, sio mimi, siyo mimi, namba si yangu, namba sio yangu, namba
        siyo yangu, nambari si yangu, nambari sio yangu, nambari siyo yangu, si namba yangu, sio namba
        yangu, siyo namba yangu, si nambari yangu, sio nambari yangu, siyo nambari yangu, umekosea namba,
        umekosea nambari, mmekosea namba, mmekosea nambari, umekosea, mmekosea, namba mbaya, nambari
        mbaya, namba isiyo sahihi, nambari isiyo sahihi, namba sio sahihi, namba si sahihi, nambari si
        sahihi, si yangu, sio yangu, siyo yangu, mtu mwingine""",
    "neither": """kila la,
        kosa la, jina la, neno la, jambo la, swali la, tatizo la, kadi la, siku la,
        acha nifikirie, acha nifikiri, acha nione, acha niulize, acha nisome, acha niangalie, acha
        nijue, wacha nifikirie, wacha nifikiri, wacha nione, wacha niulize, wacha nisome, acha kwanza,
        wacha kwanza, hamna shida, hamna tatizo, hapana shida, hapana tatizo, hapana neno, usijali,
        msijali, si mbaya, sio mbaya, siyo jina langu, jina si langu, jina siyo langu, siwezi kataa,
        siwezi kukataa, sikatai, sina shida, sina tatizo, sijasoma, hakuna shida, hakuna matata, hakuna
        tatizo, hakuna neno, hakuna mtandao, haina shida, haina neno, sijui, sielewi, sijaelewa,
        sikuelewa, sina uhakika, kwa nini siyo, kwa nini sio, kwanini sio, usiache, msiache, jina sio
        langu, si jina langu, sio jina langu""",
    "polite": """salama, nzuri, marahaba, sijambo, hamjambo, habari za asubuhi, habari za leo,
        habari za jioni, habari za mchana, habari ya asubuhi, mambo vipi, jamani,
        oya,
        bana, shemeji, mjomba, shangazi, mchungaji, padre, ustadh, afande, katibu, diwani, mwanangu,
        wangu, mkuu, bosi, kaka, dada, mzee, ndugu, ndugu yangu, rafiki, rafiki yangu, mwalimu, mpendwa,
        mtukufu, kiongozi, baba, bibi, babu, mkubwa, mhe, daktari, comrade, jirani, mwenyekiti, shukrani,
        shukran, samahani, mungu akubariki, habari yako, kaka yangu, dada yangu, wakuu, wapendwa,
        tafadhali, asante, asanteni, asante sana, ahsante, bwana, mama, habari, jambo, hujambo, shikamoo,
        karibu, mheshimiwa""",
    "neutral": """mimi, kabisa, sana, yote, hii""",
    "joining": """kujiunga, kujisajili, kujiandikisha, uanachama, taarifa, zangu""",
}
