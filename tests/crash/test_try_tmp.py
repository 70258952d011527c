import time, pytest
from tests.crash.lines import Site, points
from tests.town import ENTRY, ENROLER, MEMBER
from sms_service.store.tables import *
from workers import cards, deliver

def test_x(tmp_path, valkey_url, twilio, africastalking, capsys):
    site = Site(tmp_path, valkey_url, twilio, africastalking)
    site.prepare([lambda: print("ST", site.texts(ENROLER, ENTRY, "SM" + "1"*32))]); print(site.rows(turn))
    with capsys.disabled():
        print()
        for name, v in dict(yes=lambda: site.texts(MEMBER, "1", "SM"+"2"*32), deliver=lambda: deliver.send_due(site.service, 10), stop=lambda: site.texts(MEMBER, "STOP", "SM"+"2"*32)).items():
            site.restore("warm")
            t=time.time(); n = site.lines_of(v); print(name, n, time.time()-t)
        site.restore("warm")
        t=time.time()
        def rest():
            site.settle(); site.texts(MEMBER, "1", "SM"+"2"*32)
        site.forked(rest)
        print(time.time()-t, len(site.rows(consent)))
        t=time.time()
        n = site.lines_of(lambda: cards.draw_wanted(site.service, 10)); print("card", n, time.time()-t)
        t=time.time()
        site.forked(site.settle)
        print(time.time()-t)
        print(site.heard(MEMBER))
    site.close()
