// The handset in the browser: two feature phones (SMS and USSD) that speak to the service as a gateway would.
"use strict";

const REFRESH_MS = 1000; // messages, while the page is seen
const ANSWER_MS = 8000; // a USSD answer takes 5 s at most; after 8 s the request is lost
// What every network shows of a USSD screen: of its 160 octets (3GPP TS 23.038, 6.1.2.3) GSM-7 makes 182 characters, of
// which some networks show only 160; UCS-2 makes 80.
const SCREEN_GSM = 160, SCREEN_UCS2 = 80;
const LOST = "The service does not answer. What you typed is kept; the page tries again by itself.";
const BACK = "The service is back.";
const NO_SCREEN = "No answer from the service. Press OK and dial again.";
const NUMBER_ASKED = "Write the number of this phone with + and the country code, for example +919876543210, or choose whose phone it is.";

const FAREWELL = "the conversation is erased; this text is on this page only";

const STATES = { queued: "waiting to be sent", sending: "being sent", sent: "sent", delivered: "delivered", held: "held: the office looks at it", failed: "not delivered" };
const SCRIPTS = [[/\p{Script=Devanagari}/u, "hi"], [/\p{Script=Bengali}/u, "bn"], [/\p{Script=Tamil}/u, "ta"], [/\p{Script=Arabic}/u, "ur"], [/\p{Script=Ethiopic}/u, "am"]];
const LANGUAGES = new Intl.DisplayNames(["en"], { type: "language", fallback: "code" });

// GSM 03.38: the letters that cost one septet, and those that cost two. Any other letter makes the whole text UCS-2.
const GSM = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
const GSM_TWICE = new Set("^{}\\[]~|€\f");

// ITU-T E.164 country codes: 1 and 7, the two-digit ones, all others have three.
const COUNTRY = /^\+(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/;

const ussdCode = document.body.dataset.ussdCode;
const role = (name, root = document) => root.querySelector(`[data-role="${name}"]`);
const desk = role("desk");
let people = []; // as the service tells them
let strangers = true; // something has happened since, so that the service may know more of them

// --- the service ---------------------------------------------------------------------------------------------------

class Refused extends Error {} // the service said no, with a sentence; asking again would not help
class Unreachable extends Error {} // no answer, or one that says "later"

async function ask(what, body) {
  let response, answer;
  try {
    response = await fetch(what, {
      method: "POST",
      headers: { "content-type": "application/json", "X-Handset": "1" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    answer = await response.json();
  } catch (error) {
    if (!response || response.ok || response.status >= 500) throw new Unreachable(LOST);
    answer = {};
  }
  if (response.ok) return answer;
  if (response.status >= 500 || response.status === 429) throw new Unreachable(answer.problem || LOST);
  throw new Refused(answer.problem || `The service refused this (${response.status}). Load the page again.`);
}

function tellService(problem) {
  const line = role("service");
  const wasLost = line.classList.contains("lost");
  line.classList.toggle("lost", Boolean(problem));
  const text = problem || (wasLost ? BACK : line.textContent);
  if (line.textContent !== text) line.textContent = text; // only a change is read out
  if (wasLost && !problem) setTimeout(() => line.textContent === BACK && (line.textContent = ""), 5000);
}

// randomUUID is missing where the page comes over plain http from another machine; getRandomValues is not.
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

// --- numbers and texts ---------------------------------------------------------------------------------------------

const asciiDigits = (text) => text.replace(/[०-९]/g, (digit) => digit.charCodeAt(0) - 0x966);

function e164(typed) {
  const number = asciiDigits(typed).replace(/[\s().-]/g, "").replace(/^00/, "+");
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : "";
}

// The mobile number inside a registration, in full; a national one gets the country code of the phone it is typed on.
function numberIn(text, phone) {
  const country = (COUNTRY.exec(phone) || [""])[0];
  const words = asciiDigits(text).replace(/(^|\s)(\+\d{1,3}\s)?(\d{5})[ -](\d{5})(?=\s|$)/g, "$1$2$3$4").replace(/(^|\s)(\+\d{1,3})\s(?=\d{9,10}(\s|$))/g, "$1$2");
  for (const word of words.split(/[\s,;*]+/)) {
    if (/^(\+|00)\d/.test(word) && e164(word)) return e164(word);
    const digits = word.replace(/-/g, "");
    if (/^\d{11,13}$/.test(digits) && digits.startsWith(country.slice(1))) return e164("+" + digits);
    if (/^0?\d{9,10}$/.test(digits)) return e164(country + digits.replace(/^0/, ""));
  }
  return "";
}

// A text as it is sent: in GSM-7 or else UCS-2, and how much room each letter takes (septets, 16-bit units).
function encoded(text) {
  const letters = Array.from(text);
  const gsm = letters.every((letter) => GSM.has(letter) || GSM_TWICE.has(letter));
  const sizes = letters.map((letter) => (gsm ? (GSM_TWICE.has(letter) ? 2 : 1) : letter.length));
  return { gsm, sizes, units: sizes.reduce((sum, size) => sum + size, 0) };
}

// How many messages a text is; a letter is never cut in two (escape pairs of GSM-7, surrogate pairs of UCS-2).
function segments(text) {
  const { gsm, sizes, units } = encoded(text);
  const [single, part] = gsm ? [160, 153] : [70, 67];
  if (units <= single) return { units, single, count: 1 };
  let count = 1, used = 0;
  for (const size of sizes) {
    if (used + size > part) { count += 1; used = 0; }
    used += size;
  }
  return { units, single: part, count };
}

function languageOf(text, person) {
  const script = SCRIPTS.find(([letters]) => letters.test(text));
  return script ? script[1] : person && person.language === "sw" ? "sw" : "en";
}

// A text as text, never as HTML: names come from strangers. Only http and https addresses become links.
function withLinks(text) {
  const parts = document.createDocumentFragment();
  let from = 0;
  for (const found of text.matchAll(/\bhttps?:\/\/[^\s<>"']+/gi)) {
    const address = found[0].replace(/[.,;:!?)\]।]+$/, "");
    const link = document.createElement("a");
    Object.assign(link, { href: address, textContent: address, target: "_blank", rel: "noopener noreferrer" });
    parts.append(text.slice(from, found.index), link);
    from = found.index + address.length;
  }
  parts.append(text.slice(from));
  return parts;
}

// --- one phone -----------------------------------------------------------------------------------------------------

class Phone {
  constructor(side) {
    this.side = side;
    this.box = document.querySelector(`[data-phone="${side}"]`);
    this.part = (name) => role(name, this.box);
    this.owner = this.box.querySelector("h2").textContent;
    this.number = "";
    this.bubbles = new Map(); // message id -> its list item
    this.unsent = []; // {id, phone, text, note, before: ids seen} in the order typed, until the service has them
    this.asked = this.answered = 0; // refreshes, in the order they were asked
    this.seen = null; // ids already shown; null until the first answer for this number
    this.farewell = null; // the last text to who was forgotten: on this page only, and gone with it
    this.atEnd = true; // the newest message is seen, and is to stay so
    this.ussd = null; // {session, phone, code, text, busy, ended} while a USSD screen is open
    this.listen();
    this.draw();
    this.count();
    this.take(remembered(side));
  }

  listen() {
    this.part("number").addEventListener("change", () => this.take(this.part("number").value));
    this.part("people").addEventListener("change", () => this.take(this.part("people").value));
    this.part("text").addEventListener("input", () => this.count());
    this.part("text").addEventListener("keydown", (press) => {
      // isComposing: this Enter only ends a word of an input method, as most Hindi keyboards use one.
      if (press.key !== "Enter" || press.shiftKey || press.isComposing) return;
      press.preventDefault();
      if (!press.repeat) this.send();
    });
    this.part("write").addEventListener("submit", (submit) => { submit.preventDefault(); this.send(); });
    this.part("dialler").addEventListener("submit", (submit) => { submit.preventDefault(); this.dial(); });
    this.part("ussd").addEventListener("submit", (submit) => { submit.preventDefault(); this.answer(); });
    this.part("ussd").addEventListener("keydown", (press) => {
      if (press.key === "Escape") this.hangUp();
      if (press.key === "Enter" && press.repeat) press.preventDefault(); // a key held down would close the last screen unread
    });
    this.part("hang-up").addEventListener("click", () => this.hangUp());
    this.part("ok").addEventListener("click", () => this.hangUp());
    this.part("dial-code").addEventListener("input", () => this.nameDial());
    this.part("erase").addEventListener("click", () => this.press(""));
    this.box.querySelectorAll("[data-key]").forEach((key) => key.addEventListener("click", () => this.press(key.dataset.key)));
    const pane = this.part("conversation");
    const end = () => pane.scrollHeight - pane.clientHeight;
    pane.addEventListener("scroll", () => { this.atEnd = end() - pane.scrollTop < 60; });
    new ResizeObserver(() => { if (this.atEnd) pane.scrollTop = end(); }).observe(pane);
    this.nameDial();
  }

  complain(sentence) {
    if (this.part("problem").textContent !== sentence) this.part("problem").textContent = sentence;
  }

  // This is now the phone of `typed`; nothing typed: nobody's.
  take(typed) {
    const number = e164(typed);
    this.complain(typed.trim() && !number ? NUMBER_ASKED : "");
    if (number || !typed.trim()) this.part("number").value = number;
    if (number !== this.number) {
      if (this.ussd) this.close();
      this.number = number;
      this.seen = this.farewell = null;
      this.bubbles.clear();
      this.part("messages").replaceChildren();
      this.draw([]);
      if (number) this.refresh().catch(() => {}); // the loop finds and tells the same problem within a second
    }
    remember(this.side, number);
    this.choose();
    guide();
  }

  choose() {
    this.part("people").value = people.some((person) => person.phone === this.number) ? this.number : "";
  }

  count() {
    const { units, single, count } = segments(this.part("text").value);
    this.part("count").textContent = `${units} of ${single * count} characters, ${count} SMS`;
  }

  // --- SMS

  ready() {
    if (this.part("number").value.trim() !== this.number) this.take(this.part("number").value);
    if (!this.number) { this.complain(NUMBER_ASKED); this.part("number").focus(); }
    return Boolean(this.number);
  }

  send() {
    const box = this.part("text");
    box.focus();
    if (!box.value.trim() || !this.ready()) return; // the second half of a double click finds the box empty
    this.complain("");
    this.unsent.push({ id: uuid(), phone: this.number, text: box.value.trim(), note: "being sent", before: new Set(this.seen) });
    box.value = "";
    this.count();
    this.draw();
    this.flush();
  }

  // Sends what waits, one after the other. The same id again is the same message, so trying again is harmless.
  async flush() {
    if (this.flushing || !this.unsent.length) return;
    this.flushing = true;
    try {
      while (this.unsent.length) {
        const message = this.unsent[0];
        const told = await ask("sms", { id: message.id, phone: message.phone, text: message.text });
        if (told.farewell && message.phone === this.number) this.partWith(told.farewell);
        if (message.phone === this.number) await this.refresh().catch(() => {}); // sent; the loop shows it at the latest
        this.unsent.shift();
        this.complain("");
        if (this.side === "left") entered(numberIn(message.text, message.phone));
        strangers = true;
      }
    } catch (error) {
      this.keep(error);
    } finally {
      this.flushing = false;
      this.draw();
    }
  }

  keep(error) {
    const message = this.unsent[0];
    if (error.message === LOST) tellService(LOST);
    else this.complain(error.message);
    if (!(error instanceof Refused)) { message.note = "not sent yet, tried again by itself"; return; }
    this.unsent.shift();
    const box = this.part("text");
    box.value = box.value ? `${message.text}\n${box.value}` : message.text; // back to where it can be mended
    this.count();
  }

  async refresh() {
    const number = this.number, turn = (this.asked += 1);
    const { messages } = await ask("messages", { phone: number });
    if (number !== this.number || turn < this.answered) return; // another phone meanwhile, or a later answer came first
    this.answered = turn;
    const first = this.seen === null;
    const fresh = first ? [] : messages.filter((message) => !message.from_me && !this.seen.has(message.id));
    this.seen = new Set(messages.map((message) => message.id));
    this.draw(messages);
    guide();
    if (!fresh.length) return;
    strangers = true;
    const texts = fresh.map((message) => message.text).join("\n");
    Object.assign(this.part("announce"), { lang: languageOf(texts, personOf(number)), textContent: `New on the ${this.owner}: ${texts}` });
    badge(this, fresh.length);
  }

  // The service keeps nothing of a phone that is forgotten, nor of this text: it stands here until the page is left.
  partWith(text) {
    this.messages = [];
    this.bubbles.clear(); // the ids begin anew with whoever writes from here
    this.answered = this.asked += 1; // an answer that is still under way tells of before
    this.farewell = { id: `farewell-${this.asked}`, from_me: false, text, state: "sent", note: FAREWELL };
    Object.assign(this.part("announce"), { lang: languageOf(text, personOf(this.number)), textContent: `New on the ${this.owner}: ${text}` });
  }

  draw(messages = this.messages || []) {
    this.messages = messages;
    if (messages.length) this.farewell = null; // she has begun anew
    // A refresh may overtake the answer to a send: then the service's own bubble stands there already.
    const arrived = (sent) => messages.some((message) => message.from_me && message.text === sent.text && !sent.before.has(message.id));
    const waiting = this.unsent
      .filter((message) => message.phone === this.number && !arrived(message))
      .map((message) => ({ id: message.id, from_me: true, text: message.text, note: message.note }));
    const list = this.part("messages"), pane = this.part("conversation");
    const before = list.lastElementChild;
    const wanted = [...(this.farewell ? [this.farewell] : messages), ...waiting].map((message) => this.bubble(message));
    // Only what changed is moved: a link that has the focus keeps it.
    wanted.forEach((item, at) => item !== list.children[at] && list.insertBefore(item, list.children[at] || null));
    while (list.children.length > wanted.length) list.lastElementChild.remove();
    if (list.lastElementChild !== before && (this.atEnd || waiting.length)) pane.scrollTop = pane.scrollHeight;
    // Until the service has told what this phone holds, nobody knows that there are none.
    const none = this.number ? this.seen && "No messages yet." : "Nobody’s phone yet. Choose or write a number above.";
    this.part("empty").textContent = wanted.length ? "" : none || "";
  }

  bubble(message) {
    let item = this.bubbles.get(message.id);
    if (!item) {
      item = document.createElement("li");
      const from = document.createElement("span"), body = document.createElement("p"), foot = document.createElement("p");
      Object.assign(from, { className: "unseen", textContent: message.from_me ? "Sent:" : "Received:" });
      Object.assign(body, { className: "body", dir: "auto", lang: languageOf(message.text, message.from_me ? null : personOf(this.number)) });
      body.append(withLinks(message.text));
      foot.className = "foot";
      item.append(from, body, foot);
      item.dataset.message = message.from_me ? "mine" : "theirs";
      this.bubbles.set(message.id, item);
    }
    item.dataset.state = message.state || "unsent";
    item.className = "message";
    item.classList.toggle("mine", message.from_me);
    item.classList.toggle("waiting", !message.state || message.state === "queued" || message.state === "sending");
    item.classList.toggle("wrong", message.state === "held" || message.state === "failed");
    const time = message.at ? new Date(message.at * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }) + ", " : "";
    const foot = time + (message.note || STATES[message.state] || message.state);
    if (item.lastElementChild.textContent !== foot) item.lastElementChild.textContent = foot;
    return item;
  }

  // --- USSD

  press(key) {
    const line = this.ussd && !this.ussd.ended ? this.part("ussd-input") : this.part("dial-code");
    line.value = key ? line.value + key : Array.from(line.value).slice(0, -1).join("");
    this.nameDial();
  }

  nameDial() {
    this.part("dial").textContent = this.part("dial-code").value ? "Dial" : `Dial ${ussdCode}`.trim();
  }

  // *384*96# opens the menu; *384*96*1*2# walks it at once, as the network hands it on: the code, and 1*2 as the text.
  dial() {
    const dialled = this.part("dial-code").value.replace(/\s/g, "") || ussdCode;
    if (!dialled) this.part("dial-code").focus();
    if (this.ussd || !dialled || !this.ready()) return;
    const stem = ussdCode.slice(0, -1) + "*";
    const direct = ussdCode && dialled.startsWith(stem) && dialled.endsWith("#");
    this.complain("");
    this.ussd = { session: uuid(), phone: this.number, code: direct ? ussdCode : dialled, text: null, busy: false, ended: false };
    this.part("ussd").hidden = false;
    this.show(`${dialled}\n…`, false);
    this.hop(direct ? dialled.slice(stem.length, -1) : "");
  }

  answer() {
    const typed = this.part("ussd-input").value.trim();
    if (!this.ussd || this.ussd.busy || this.ussd.ended || !typed) return;
    this.hop(this.ussd.text ? `${this.ussd.text}*${typed}` : typed, typed);
  }

  // `text` is all that was typed since the dial. It is kept only once answered, so that Send may be pressed again.
  async hop(text, typed = "") {
    const call = this.ussd;
    this.busy(true);
    try {
      const { screen, ends } = await ask("ussd", { session: call.session, phone: call.phone, code: call.code, text });
      if (call !== this.ussd) return; // hung up meanwhile
      call.text = text;
      this.part("ussd-input").value = "";
      this.show(screen, ends);
      if (this.side === "left") entered(numberIn(typed, call.phone));
    } catch (error) {
      if (call !== this.ussd) return;
      if (call.text === null || error instanceof Refused) this.show(error.message === LOST ? NO_SCREEN : error.message, true);
      else this.part("ussd-problem").textContent = "No answer. Press Send to try again, or hang up.";
    } finally {
      if (call === this.ussd) this.busy(false);
    }
  }

  busy(waiting) {
    this.ussd.busy = waiting;
    this.part("screen").setAttribute("aria-busy", waiting);
    this.part("ussd-send").setAttribute("aria-disabled", waiting);
    if (waiting) this.part("ussd-problem").textContent = "";
  }

  show(screen, ends) {
    this.ussd.ended = ends;
    const { gsm, units } = encoded(screen);
    const room = gsm ? SCREEN_GSM : SCREEN_UCS2;
    Object.assign(this.part("screen"), { textContent: screen, lang: languageOf(screen, personOf(this.number)) });
    this.part("screen-length").textContent = `${units} of ${room} characters`;
    this.part("screen-length").classList.toggle("over", units > room);
    for (const name of ["ussd-label", "ussd-input", "ussd-send", "hang-up"]) this.part(name).hidden = ends;
    this.part("ok").hidden = !ends;
    this.part(ends ? "ok" : "ussd-input").focus();
  }

  hangUp() {
    this.close();
    this.part("dial").focus();
  }

  close() {
    this.ussd = null;
    this.part("ussd").hidden = true;
    for (const name of ["ussd-input", "dial-code"]) this.part(name).value = "";
    this.nameDial();
  }
}

// --- the desk: both phones and the help ----------------------------------------------------------------------------

// A browser may forbid storage; then a reload forgets the two numbers, and nothing else changes.
function remembered(side) {
  try { return sessionStorage.getItem(`handset.${side}`) || ""; } catch (error) { return ""; }
}
function remember(side, number) {
  try { sessionStorage.setItem(`handset.${side}`, number); } catch (error) { /* see above */ }
}

function personOf(number) {
  return people.find((person) => person.phone === number);
}

async function learnPeople() {
  const told = (await ask("people", {})).people;
  if (JSON.stringify(told) === JSON.stringify(people)) return;
  people = told;
  for (const phone of Object.values(phones)) {
    const options = people.map((person) => {
      const known = [person.name, person.role, person.language && LANGUAGES.of(person.language)].filter(Boolean).join(", ");
      return new Option(known ? `${known} (${person.phone})` : person.phone, person.phone);
    });
    phone.part("people").replaceChildren(new Option("Another number", ""), ...options);
    phone.choose();
  }
  const enroler = people.find((person) => person.role === "enroler");
  if (!phones.left.number && !phones.left.part("number").value && enroler) phones.left.take(enroler.phone);
}

// The example is a person nobody has entered yet, or a second try would only hear that she is known.
async function nameExample() {
  const known = async (phone) => personOf(phone) || enteredHere.has(phone) || (await ask("messages", { phone })).messages.length;
  let at = 0;
  while (at < 99 && (await known(`+91${9876543210 + at}`))) at += 1;
  role("example").textContent = `REG ${9876543210 + at} ABC${1234567 + at} 12 Ram Kumar`;
}

const enteredHere = new Set();

async function learn() {
  strangers = false; // before asking: what happens meanwhile asks again
  try {
    await learnPeople();
    await nameExample();
  } catch (error) {
    strangers = true;
    throw error;
  }
}

// The enroler has just entered `number`: the other phone becomes that person's. If it is somebody's already, or if
// somebody is just writing a number there, it is only offered.
function entered(number) {
  const offer = role("show-entered");
  if (!number || number === phones.left.number) return;
  enteredHere.add(number);
  const line = phones.right.part("number");
  if (!phones.right.number && !line.value && line !== document.activeElement) {
    phones.right.take(number);
    phones.right.seen = new Set(); // the question that is there already is news, and is announced and marked as such
  }
  offer.hidden = phones.right.number === number;
  offer.dataset.number = number;
  offer.textContent = `Show ${number} there`;
}

function show(side) {
  desk.dataset.shown = side;
  for (const tab of document.querySelectorAll("[data-show]")) {
    tab.setAttribute("aria-pressed", tab.dataset.show === side);
    if (tab.dataset.show === side) role("new", tab).textContent = "";
  }
}

function badge(phone, count) {
  if (phone.box.offsetParent) return; // it is seen; on a narrow screen only one phone is
  const mark = role("new", document.querySelector(`[data-show="${phone.side}"]`));
  mark.textContent = `${(parseInt(mark.textContent, 10) || 0) + count} new`;
}

// Which step of the help is next, told from what stands on the phones.
function guide() {
  if (!phones.right) return;
  const carded = (phones.right.messages || []).some((message) => !message.from_me && /https?:\/\//.test(message.text));
  const offer = role("show-entered");
  if (offer.dataset.number === phones.right.number) offer.hidden = true;
  const step = carded ? "3" : phones.right.number ? "2" : "1";
  for (const item of role("steps").children) {
    if (item.dataset.step === step) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  }
}

let due; // the next refresh; none while one runs or the page is hidden
let running = false;

async function refreshAll() {
  clearTimeout(due);
  if (running || document.hidden) return;
  running = true;
  const used = Object.values(phones).filter((phone) => phone.number);
  const done = await Promise.allSettled([strangers && learn(), ...used.map((phone) => phone.refresh())]);
  const problem = done.find((one) => one.status === "rejected");
  tellService(problem ? problem.reason.message : "");
  if (!problem) Object.values(phones).forEach((phone) => phone.flush());
  running = false;
  if (!document.hidden) due = setTimeout(refreshAll, REFRESH_MS);
}

// The handset's key of a public address is a cookie by now; it need not stay in the address line.
if (location.search) history.replaceState(null, "", location.pathname);

const phones = {};
phones.left = new Phone("left");
phones.right = new Phone("right");
guide();

document.querySelectorAll("[data-show]").forEach((tab) => tab.addEventListener("click", () => show(tab.dataset.show)));
role("type-example").addEventListener("click", () => {
  show("left");
  phones.left.part("text").value = role("example").textContent;
  phones.left.count();
  phones.left.part("text").focus();
});
role("show-entered").addEventListener("click", (click) => {
  phones.right.take(click.currentTarget.dataset.number);
  click.currentTarget.hidden = true;
  show("right");
});
document.addEventListener("visibilitychange", refreshAll);
refreshAll();
