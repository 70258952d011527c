"""The words people answer with in French: data only. words.py says what each list is for.

The French of Europe and of West Africa.
"""

from __future__ import annotations

from collections.abc import Mapping

_STOP_THEM = ", ".join(
    f"{stop} {what}"
    for stop in ("arrêtez", "arrête", "arrêter", "cessez", "cesser", "stoppez", "stop")
    for what in (
        "les messages", "les sms", "vos messages", "vos sms", "ces messages", "ces sms", "vos textos", "les textos", "ça",
        "tout ça", "de m'écrire", "de m'envoyer", "de me", "de nous", "d'envoyer", "d'écrire", "avec vos", "votre pub",
        "la pub",
    )
)  # fmt: skip
"""Beside what is sent a STOP is one, wherever it stands: `ok mais arrêtez les messages`."""

_STRIKE_OUT = ", ".join(
    f"{strike} {what}"
    for strike in ("supprimez", "supprime", "supprimer", "effacez", "efface", "effacer", "retirez", "retire", "retirer",
                   "enlevez", "enlève", "enlever", "rayez", "rayer", "ôtez", "bloquez", "bloquer", "oubliez")
    for what in ("mon numéro", "mon num", "mon nom", "mon contact", "mes coordonnées", "ce numéro")
)  # fmt: skip

FRENCH: Mapping[str, str] = {
    "yes": """avec joie, avec grand plaisir, avec enthousiasme, avec fierté, oiu, iui, oyi, ouio, oiui, ouu, oiuu, dacor,
        daco, dakord, daccor, je suis prêt, je suis prête, prêt, prête, top là, bien volontiers, c'est bien ça,
        volontier, assurément, dakor, d'acord, c bon, c'est juste, juste, j'suis d'accord, tout à fait d'accord,
        okok, parfait, sa marche, pour sûr, correcte, carrément, affirmatif, approuve, j'approuve, je suis pour,
        je l'accepte, je le veux, ouep, ouaip, ouaips, oue, wai, ui, uii, oui oui, accepter, confirmer, valide,
        validé, valider, je valide, veux, veux bien, suis pour, souhaite, mais oui, ah oui, eh oui, bien sûr que
        oui, mais bien sûr, avec plaisir, effectivement, en effet, dacord, ça marche, ça roule, favorable, oui,
        ouii, ouais, ouai, wi, d'accord, d accord, dacc, dac, accepte, j'accepte, j accepte, j'ai accepté,
        accepté, confirme, je confirme, confirmé, bien sûr, biensûr, c'est bon, c est bon, c'est correct, c'est
        exact, c'est ça, exact, exactement, exacte, entendu, volontiers, certainement, absolument, tout à fait,
        évidemment, vrai, c'est vrai, je consens""",
    "joins": """veux m'inscrire, veux m'enregistrer, voudrais m'inscrire, souhaite m'inscrire, veux intégrer, veux participer,
        veux vous rejoindre, je veux en être, j'en suis, inscrivez moi, inscris moi, ajoutez moi, ajoute moi,
        enregistrez moi, enregistre moi, prenez moi, comptez sur moi, je suis partante, je suis intéressé, je
        suis intéressée, intéressé, intéressée, je veux être membre, je veux devenir membre, je souhaite
        adhérer, je signe, je m'inscris, m'inscris, c'est bien moi, tout est juste, tout est bon, d'adhérer,
        voudrais adhérer, aimerais adhérer, j'aimerais adhérer, rejoins, je rejoins, veux rejoindre, correctes,
        données correctes, je suis partant, partant, partante, adhérer, veux adhérer, souhaite adhérer, devenir
        membre, être membre, j'adhère, adhère""",
    "no": """veu pas, veut pas, veu pa, veux pa, jveu pas, jveux pas, j'veux pas, j'veux pa, jveu pa,
        dacor pa, nom merci, nonm, nonon, nan merci, pas pour moi, pas envie, aucune envie, pas intéresser,
        plutôt mourir, laisse tomber, laissez tomber, très peu pour moi, je passe, aucunement, nullement,
        m'y oppose, je suis opposé, je suis opposée,
        opposé, opposée,
        négatif, négative, contre, inutile,
        niet, refus, refuser, hors de question, m'oppose, m oppose, ça m'intéresse pas, m'intéresse pas,
        pas intéressant, que non, n'en veux pas, sans façon, bien sûr que non, n'adhère pas, adhère pas,
        veux po, suis contre, je suis contre, non, nonn, nan, nenni, jamais, refuse, je refuse, refusé,
        rejette, aucun, aucune, pas d'accord, pas d accord, veux pas, souhaite pas, n'accepte pas, accepte
        pas, ne veux, ne souhaite, ne suis pas, pas intéressé, pas intéressée, pas du tout, surtout pas,
        pas question, pas maintenant, certainement pas, absolument pas, sans moi, pas correct, pas exact""",
    "stop": """d'arrêter, merci d'arrêter,
        cessez, cesser, cesse, désabonne, me désabonne, désabonnez moi, désabonne moi, désinscris,
        désinscrit, résiliation, résilie, stoppe, arrêtes, arrêt, arrêter, arrêtez, arrête, arrêté,
        stopper, stoppez, désabonner, désabonnement, désabonnez, me désabonner, désinscrire,
        désinscription, désinscrivez, annuler, annulez, annule, résilier, résiliez""",
    "no_more": f"""{_STOP_THEM}, {_STRIKE_OUT}, plus de pub, plus de publicité, oubliez mon numéro,
        oublie mon numéro,
        n'écrivez plus, n'écris plus, écrivez plus,
        plus de vos, plus vos messages, plus vos sms, ne veux pas de message, ne veux pas de
        messages, ne veux pas de sms, ne veux pas de vos, me retirer, plus aucun message, plus aucun sms,
        veux plus de vos, veux plus vos, veux plus aucun, plus m'écrire, plus m'envoyer, plus me déranger,
        plus être contacté, fichez moi la paix, foutez moi la paix, fous moi la paix, fiche moi la paix,
        veux pas de vos sms, m'écrivez pas, m'écris plus, m'écris pas, m'envoyez pas, m'envoie plus,
        m'envoie pas, me dérangez pas, me dérange plus, me dérangez plus, me contactez pas, contactez
        plus, me contacter plus, plus me contacter, m'appelez plus, plus recevoir, veux plus de message,
        veux plus de messages, veux plus de sms, veux pas de message, veux pas de messages, veux pas de
        sms, veux pas de vos messages, laisse moi tranquille, laisse moi, laissez nous tranquille, retirez
        moi, retire moi, retirez nous, retirer mon numéro, retire mon numéro, enlevez moi, enlève moi,
        enlever mon numéro, enlève mon numéro, supprimez moi, supprimer mon numéro, supprime mon numéro,
        effacez mon numéro, effacer mon numéro, efface mon numéro, effacez moi, bloquez moi, n'envoie
        plus, d'envoyer des messages, plus de texto, plus de textos, ne plus recevoir, plus de sms, plus
        de message, plus de messages, ne m'écrivez plus, m'écrivez plus, ne me contactez plus, me
        contactez plus, ne m'envoyez plus, m'envoyez plus, n'envoyez plus, laissez moi tranquille,
        laissez-moi, retirez mon numéro, supprimez mon numéro, enlevez mon numéro, ne me dérangez plus""",
    "start": "commencer, reprendre, démarrer, débuter",
    "help": """veux des infos, veux des informations, voudrais des infos, veux plus d'infos, besoin d'infos,
        veux de l'aide, expliquez moi, explique moi, expliquez svp, pouvez vous m'aider, peux tu m'aider,
        m'aider, c'est quoi ce sms, c'est quoi ce numéro, quoi ce sms,
        kes ke c, kesk c, keske c, kesse, c koi ça,
        vous êtes qui même, c'est quoi même, c'est quoi ce message, c'est quoi ce truc, c'est quoi
        cette histoire, qu'est ce que c'est que ça, aide svp, aide stp, aide moi, à l'aide, infos,
        information, informations, renseignement, renseignements, besoin d'aide, j'ai besoin d'aide, plus
        d'infos, plus d'info, plus d'informations, c'est quoi, c quoi, c koi, c'est koi, c'est quoi ça, c
        quoi ça, c koi ça, ça c'est quoi, c'est qui, c qui, c ki, c'est ki, qui êtes vous, êtes vous qui,
        vous êtes qui, tu es qui, t'es qui, t es qui, t ki, tes ki, qui es tu, qui est ce, qui est là,
        qu'est ce que c'est, qu est ce que c est, c'est qui ça, kesako, qui c'est, qui parle, qui m'écrit,
        aide, aidez moi, aidez-moi, assistance, au secours""",
    "wrong_number": """mauvai numéro, mauvé numéro, mové numéro, mauvaise numéro, faut numéro, fau numéro,
        fo numero, fo num, erreur de num, erreur num, suis pas la personne, ne suis pas la personne,
        suis pas celle, suis pas celui, ne suis pas celle, ne
        suis pas celui, habite pas ici, n'habite pas ici, n'habite plus ici, téléphone n'est pas à,
        personne de ce nom, personne à ce nom,
        vous faites erreur, faites erreur, fais erreur, te trompes, erreur sur la personne, inconnu au
        bataillon, plus son numéro, plus le bon numéro, numéro n'est pas à, numéro n'est pas celui,
        numéro n'est pas le, m'appelle pas comme ça,
        ne suis pas cette personne, ne suis pas lui, ne suis pas elle, n'appartient pas à, pas
        le bon num, erreur de destinataire, erreur de personne, pas le bon contact, suis pas cette
        personne, suis pas lui, suis pas elle, faux num, mauvais num, erreur numéro, numéro incorrect,
        numéro invalide, pas son numéro, pas le numéro de, pas le sien, pas lui, pas elle, connais pas
        cette personne, ne connais pas cette personne, le connais pas, la connais pas, connais pas cet
        homme, connais pas ce monsieur, inconnu ici, autre personne, une autre personne, pas cette
        personne, mauvais destinataire, mauvais correspondant, trompez de personne, trompé de personne,
        trompe de numéro, trompes de numéro, fo numéro, mauvais numéro, faux numéro, numéro faux, erreur
        de numéro, trompé de numéro, trompez de numéro, mauvaise personne, pas moi, c'est pas moi, pas mon
        numéro, pas le bon numéro, vous vous trompez, vous êtes trompé, vous trompez, numéro erroné,
        quelqu'un d'autre, pas la bonne personne""",
    "neither": """pas dispo, pas disponible, oui bonjour, oui bonsoir, confirme mes, confirme les, confirme moi,
        valide mes, valide les, valide moi, confirmer mes, confirmez mes, je veux les, corrige mes,
        corrigez mes, laissez moi réfléchir, laisse moi réfléchir, laissez moi voir, laisse moi voir,
        laissez moi le temps, laisse moi le temps, pas grave, refuse pas, dis pas non, pas dit oui, jamais
        dit oui, comprends rien, connais pas le parti, pas de problème, pas de probleme, pas de souci, pas
        de soucis, aucun problème, aucun souci, sans problème, sais pas, ne sais, ne sais pas, pourquoi
        pas, comprends pas, ne comprends, ne comprends pas, pas compris, pas sûr, pas sûre, pas mal, sans
        doute, aucun doute, pas encore, n'arrêtez pas, arrêtez pas, pas mon nom, oui et non, oui ou non""",
    "polite": """ma chère, mon cher, camarade, la famille, vieux père, capitaine, professeur, prof, pasteur,
        imam, même, les amis, mon pote, doyen, doyenne, mme, mlle, m, chef, patron, tonton, tantie, tanty,
        tata, grand frère, grande soeur, grand, mon grand, le vieux, vieux, la vieille, mon vieux, frère,
        mon frère, frérot, frangin, soeur, ma soeur, ami, mon ami, mes amis, cher, chère, cher ami, maman,
        papa, président, monsieur le président, mon président, docteur, maître, mon général, général, mon
        commandant, mon chef, honorable, excellence, maire, merci d'avance, merci infiniment, bjr, bsr,
        slt, coucou, s'il vous plait monsieur, dieu merci, dieu vous bénisse, s'il vous plaît, s il vous
        plait, s'il te plaît, svp, stp, merci, merci beaucoup, merci bien, bonjour, bonsoir, salut,
        monsieur, madame""",
    "neutral": """pour moi, sans hésiter, sans hésitation, toujours, bien, très bien, je suis, c'est, c'est bien, moi, tout,
        beaucoup, le, les, mes""",
    "joining": """adhésion, inscription, données, les données, données sont, les données sont, membre, tout est""",
}
