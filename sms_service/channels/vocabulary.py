"""The words of gateways: what of an answer may be shown in a log (exchange.py). Whatever is not here is left out.

From the pages, recorded answers and error tables of the gateways that we know (Twilio, Africa's Talking, Kannel, Jasmin,
Exotel, Gupshup, Infobip, MSG91), and of SMPP and HTTP. No name of a person belongs here, be it a word too (Mark, Grace, May).
"""

from __future__ import annotations

import re

_WORDS = """
    a about absent accept acceptd accepted access account accounts ack action active add address addresses after
    again agreement alert all allowed alphanumeric already an and any api app application approved are argument
    arguments as at attempt attempts auth authenticate authenticated authentication authorization authorized auto
    available bad balance barred base be been before being billing bind black blacklist blacklisted block blocked
    body both bound brand buffered bulk busy but by bytes call callback called campaign can canceled cancelled cannot
    capability
    carrier category changed channel channels character characters charset charge check chunked client close closed code
    codes coding concatenated condition configuration configured connect connected connection connector contain
    contains content correct cost could count country create created credential credentials credit credits currency
    currently daily data database date day days dcs deactivated declined default deleted delivered delivery delivrd
    denied dest destination destinations detail details device different direction disabled dlr dlt dnc dnd do
    document does down duplicate duration early ec email empty enabled encode encoded encoding end ended enough
    enroute enter entity err error errors esme exceed exceeded exceeds exception exist exists expire expired
    external fail failed failure false fault field fields filter filtered final find flash flow for forbidden form
    format found free from full gateway general get given global gmt group gsm handset has have header hour hours
    html http https id ids if illegal in inactive inbound inbox incomplete incorrect info initiated insufficient
    integer intermediate internal into invalid ip is issue it its json key keyword landline last later latin least
    length less limit limited limits line link list local locked log login long longer lost low made mandatory many
    match matched max maximum media message messages method min minimum minute minutes misformed missing mms mo
    mobile mode more msg msisdn mt multiple must nack name ndnc network never new next no non none not nothing now
    null number numbers of off ok on once one only operator opt opted optout or original other out outbound outgoing
    outside over own page param parameter parameters parse part parts password path payload payment peid pending per
    permission permitted phone plain plan please port possible post pre premium prepaid present priority problem
    process processed processing product profile promotional protocol provide provided provider public purchase put
    quality query queue queued quota rate reached read reason receive received receiver recipient recipients
    registered registration reject rejectd rejected reply report request requested requests require required reset
    resource response restricted result resume retry return rinvdstadr rinvsrcadr roaming rok route routed router
    routing rsubmitfail rsyserr rthrottled scheduled scrubbed scrubbing second seconds secret secure segment
    segments send sender sending sent server service services session short shortcode should sid signature size smpp
    sms smsc some source spam specified spend start stat state status still stop stopped string submit submitted
    subscribed subscriber success successful successfully such support supported suspended switched syntax system
    tag taken tariff teleservice template temporal temporarily temporary test text than that the there this
    throttled throttling throughput time timed timeout tlv to token too total traffic transaction transactional
    transport trial true try twilio type ucs unable unauthorized unavailable undeliv undeliverable undelivered
    unexpected unicode unidentified unknown unpaid unprocessable unreachable unregistered unroutable unsubscribed
    unsupported until update url us usage use used user username utf valid validate validation validity value values
    verified verify version via violation virtual wait waiting was were whatsapp when which whitelist whitelisted
    will window with within without word wrong yes you your zero
    aed bdt bwp cad cdf etb eur gbp ghs inr kes lkr mwk mzn ngn npr pkr rwf tzs ugx usd xaf xof zar zmw
"""

VOCABULARY = frozenset(_WORDS.split())
"""In small letters; currencies last."""

_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def is_gateways(word: str) -> bool:
    """Whether a word is one of gateways, or is written of such (`UserInBlackList`)."""
    if word.lower() in VOCABULARY:
        return True
    parts = _PART.findall(word)
    return len(parts) > 1 and "".join(parts) == word and all(part.lower() in VOCABULARY for part in parts)
