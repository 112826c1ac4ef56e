// How the program runs (运行情况), for operators: channels, the code to scan, chats
// that belong to nobody, and posts that a person must look at.
import { $, el } from "./dom.js";
import * as w from "./words.js";

const every = 5000;
let now = "", shown = "";

const ill = (c) => c.state !== "online";
const name = (channel) => w.channels[channel] || channel;
const at = (iso) => w.short(iso, now || iso);

function summary(o) {
  const parts = [];
  for (const c of o.channels.filter(ill)) parts.push(`${name(c.channel)}${w.health[c.state] || c.state}`);
  if (o.posts.length) parts.push(`${o.posts.length} 条没发成`);
  if (o.unbound.length) parts.push(`${o.unbound.length} 个群没有绑定`);
  if (o.lanes.length) parts.push(`${o.lanes.length} 处停住了`);
  return "运行情况 · " + (parts.length ? parts.join("，") : "一切正常");
}

const table = (caption, head, rows) => el("div.wide", {}, el("table", {}, el("caption", {}, caption), el("thead", {}, el("tr", {}, ...head.map((h) => el("th", { scope: "col" }, h)))), el("tbody", {}, ...rows)));
const row = (...cells) => el("tr", {}, ...cells.map((c) => el("td", {}, c)));

function channel(c) {
  const chip = el("span.chip." + (c.state === "online" ? "brand" : c.state === "connecting" ? "warn" : "bad"), {}, w.health[c.state] || c.state);
  return el("div.channel", {}, el("h3", {}, name(c.channel), " ", chip, el("span.quiet", {}, ` 从${at(c.since)}起`)), c.say && el("p", { lang: "en" }, c.say),
    c.scan && el("figure", {}, el("img.scan", { alt: "登录二维码", src: "/api/operator/scan/" + c.channel + "?" + encodeURIComponent(c.scan) }), el("figcaption", {}, "用那个账号的手机扫码，再在手机上确认")));
}

function unbound(s) {
  return row(name(s.channel), s.chat, s.name || "—", at(s.since), String(s.heard));
}

function stuck(p) {
  const to = p.to + ({ group: "居民群", staff: "工作群", private: "（私聊）" }[p.chat] || "");
  const path = `/api/operator/posts/${encodeURIComponent(p.community)}/${encodeURIComponent(p.id)}?do=`;
  const act = (label, what) => el("button", { type: "button", onclick: (e) => mend(e.currentTarget, path + what) }, label);
  return row(at(p.written), to + (p.channel ? " · " + name(p.channel) : ""), (w.posts[p.kind] || p.kind) + (p.ticket ? ` ${p.ticket}号` : ""),
    el("span", { lang: "en" }, (p.state === "unclear" ? "不确定发没发成：" : "") + p.why), el("span.acts", {}, act("再发一次", "again"), act("不发了", "drop")));
}

async function mend(button, path) {
  for (const b of button.parentElement.children) b.disabled = true;
  const answer = await fetch(path, { method: "POST" }).catch(() => null);
  if (!answer?.ok) button.parentElement.append(el("span.error", { role: "alert" }, answer ? (await answer.json()).error : "连不上，请看看网络。"));
  shown = "";
  setTimeout(look, 300);
}

function draw(o) {
  $("operator-summary").textContent = summary(o);
  $("operator-body").replaceChildren(...[
    ...o.channels.map(channel),
    !o.channels.length && el("p.quiet", {}, "没有接入外部平台，只有网页群聊。"),
    o.posts.length && table("没发成的", ["时间", "发到", "内容", "原因", ""], o.posts.map(stuck)),
    o.unbound.length && table("没有绑定的群", ["平台", "chat", "群名", "从什么时候起", "消息"], o.unbound.map(unbound)),
    o.unbound.length && el("p.quiet", {}, "绑定一个群：在配置里加一段 [[group]]，写上平台和 chat；或者用 youshi groups invite 要一个码，在那个群里说“绑定”和码。不是咱们的群，就把小格请出去。"),
    el("p.quiet", {}, `等着发的 ${o.waiting} 条，还没处理的 ${o.backlog} 条` + (o.lanes.length ? `；停住的：${o.lanes.join("、")}，请看日志` : "")),
  ].filter(Boolean));
}

async function look() {
  const answer = await fetch("/api/operator", { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) { if (answer) $("operator").hidden = true; return; }
  const o = await answer.json(), is = JSON.stringify(o);
  if (is === shown) return; // what is being read stays under the eye
  const first = !shown;
  shown = is;
  draw(o);
  $("operator").hidden = false;
  $("operator").classList.toggle("ill", o.channels.some(ill) || o.posts.length > 0 || o.lanes.length > 0);
  if (first && o.channels.some((c) => c.scan)) $("operator").querySelector("details").open = true; // somebody is waited for
}

let watching;
document.addEventListener("viewer", (e) => {
  if (!e.detail?.operator || watching) return;
  look();
  watching = setInterval(() => { if (!document.hidden) look(); }, every);
});
