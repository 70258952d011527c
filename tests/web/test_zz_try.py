from tests.web.process import *
def show(a): print(a.status, a.header, a.body[:200])
def test_try(proxied):
    w=proxied
    f=[("MessageSid","SM"+"1"*32),("From","+919876543210"),("To","+14155550199"),("Body","hello")]
    show(w.twilio(f))
    show(w.post("/hooks/twilio/sms", f))
    for m in "GET HEAD PUT PATCH DELETE OPTIONS TRACE CONNECT FOO".split():
        try: print(m,end=' '); show(w.ask(m,"/hooks/twilio/sms"))
        except Exception as e: print(repr(e))
    for t in [b"/hooks/africastalking/\xc3\xa9\xff/sms", b"/hooks/africastalking/%C3%A9%FF/sms", "/hooks/africastalking/%00/sms", b"/hooks/africastalking/a%2Fb/sms", b"//hooks/twilio/sms", b"/hooks/twilio//sms", b"/hooks/../hooks/twilio/sms", b"/hooks/twilio/s%6ds", b"/hooks/twilio/sms/", b"/hooks/twilio/sms?", b"http://evil.example/hooks/twilio/sms",b"*", b"/hooks/twilio/sms#x", b"/hooks/tw\xc3\xa9ilio/sms", b"/hooks/twilio/sms?n=\xc3\xa9"]:
        try: print(t,end=' '); show(w.post(t,f))
        except Exception as e: print(repr(e))
    for q in ["?n=%C3%A9","?n=%c3%a9&t=%7E","?a=1&b=2","?x=a+b","?flag","?a=%zz", "?a=%00", "?"]:
        print(q,end=' '); show(w.twilio(f+[("q",q)],"/hooks/twilio/sms"+q))
    for p in ["/hooks/twilio/%73ms","/hooks/twilio/s%6Ds"]:
        print(p,end=' '); show(w.twilio(f,p))
    big=b"a="+b"x"*1_000_000
    show(w.ask("POST","/hooks/twilio/sms",[("Content-Type",FORM)],big))
    show(w.ask("POST","/hooks/twilio/sms",[("Content-Type",FORM)],big,chunked=True))
    show(w.ask("POST","/hooks/twilio/sms",[("Content-Type",FORM)],b"a=1",chunked=True))
    for ct in ["text/plain","application/json","multipart/form-data","multipart/form-data; boundary=x","application/x-www-form-urlencoded; charset=utf-16","", "\xff","a"*5000]:
        print(ct[:40],end=' '); show(w.ask("POST","/hooks/twilio/sms",[("Content-Type",ct)],b'{"a":1}'))
    show(w.twilio([("a%d"%i,"") for i in range(10000)]))
    show(w.twilio([("a%d"%i,"") for i in range(5000)]))
    show(w.ask("POST","/hooks/twilio/sms",[("Content-Length","7")],b"",))
