import tests.crash.test_lines as t
from tests.crash.test_lines import site, CardDrawn, outbox, card, REDIS
import time
def test_tmp(site, capsys):
    story=CardDrawn()
    site.prepare(story.before(site))
    for i, line in enumerate((1,14,27,40)):
        site.restore(REDIS[i%3])
        print(site.dies(lambda: story.victim(site), before=line))
        print([(r.status) for r in site.rows(card)])
        site.forked(lambda: story.rest(site))
        print([(r.status, r.flow,r.due_at-time.time(), r.reason) for r in site.rows(outbox)])
        print([(r.status) for r in site.rows(card)], len(site.heard(t.MEMBER)))
    assert 0
