from tests.web.process import *
def show(a): print(a.status, a.header.get('location'), a.header.get('content-type'), a.body[:200])
def test_try(proxied, local, closed):
    w=proxied
    f=[("MessageSid","SM"+"2"*32),("From","+919876543210"),("To","+14155550199"),("Body","hello")]
    sig=("X-Twilio-Signature", signed(f,"/hooks/twilio/sms"))
    print("chunked ok"); show(w.ask("POST","/hooks/twilio/sms",[("Content-Type",FORM),sig],encoded(f),chunked=True))
    f[0]=("MessageSid","SM"+"3"*32)
    f[3]=("Body","hello"*40000)
    sig=("X-Twilio-Signature", signed(f,"/hooks/twilio/sms"))
    print("chunked big"); show(w.ask("POST","/hooks/twilio/sms",[("Content-Type",FORM),sig],encoded(f),chunked=True))
    at=[("id","x1"),("from","+254711000111"),("text","x"*200000),("to","1")]
    print("AT chunked big"); show(w.ask("POST",f"/hooks/africastalking/{SECRET}/sms",[("Content-Type",FORM)],encoded(at),chunked=True))
    at=[("id","x1"),("from","+254711000111"),("text","x"*200),("to","1")]
    print("AT chunked small"); show(w.ask("POST",f"/hooks/africastalking/{SECRET}/sms",[("Content-Type",FORM)],encoded(at),chunked=True))
    print(w.counts())
    show(w.get("/card?abc")); show(w.get("/phone")); show(w.get("/card/?abc")); show(w.get("/verify/000001")); show(w.get("/verify/%00")); 
    for p in ["%D9%A1","0","-1","1e5","9"*30,"%F0%9F%98%80","%FF","a/b","..","%2e%2e","1%0a","+1","1%20", "999999999999"]:
        print(p, end=' '); a=w.get("/verify/"+p); print(a.status, len(a.body))
    show(w.get("/phone/")); show(w.get("/phone/?key=handset-secret-of-the-tests"));
    print(w.get("/phone/?key=handset-secret-of-the-tests").header)
    show(closed.get("/phone/")); show(local.get("/phone/")); show(local.get("/phone/", host="evil.example")); show(local.get("/phone/", host="localhost")); show(local.get("/phone/", host="[::1]:80")); show(local.get("/phone/", host="127.0.0.1@evil"));show(local.get("/phone/", host="[::1]"))
    for d in [{"phone":"+919876543210","id":"a\ud800","text":"a\ud800b"},{"phone":"+919876543210","id":"a\0b","text":"\0"},{"phone":"+91\ud800","id":"a","text":"\0"},{"phone":["+91"],"id":{},"text":[]},{"phone":"+919876543210","id":"q","text":"x"*10000}, [], 1, None, {"phone":"+919876543210","id":"","text":""},{"phone":"+919876543210","id":0,"text":0}]:
        print(str(d)[:60].encode('ascii','replace'), end=' '); show(local.handset("sms",d))
    for d in [{"phone":"+919876543210","session":"a\ud800","code":"*384*96#","text":"a\ud800b"},{"phone":"+919876543210","session":"b","code":"\ud800","text":""},{"phone":"+919876543210","session":"c\0","code":"\0","text":"1*2"}, {"phone":"+919876543210"}]:
        print(str(d)[:60].encode('ascii','replace'), end=' '); show(local.handset("ussd",d))
    show(local.handset("messages",{"phone":"\ud800"})); show(local.handset("messages",{"phone":"+919876543210"}))
    show(local.ask("POST","/phone/sms",[("Content-Type","application/json"),("X-Handset","1")],b'{"a":'+b'['*60000))
    print(len(local.service.spool), local.rows)
    show(local.get("/readyz")); show(local.get("/metrics")); show(local.get("/static/../app.py")); show(local.get("/static/%2e%2e/app.py")); show(local.get("/static/phone.js"))
