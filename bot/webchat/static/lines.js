// The lines of a chat: bubbles of people, cards of the bot, times between them.
import { el, menu } from "./dom.js";
import { hue, initial, moment, parts, posts, roles } from "./words.js";
import { state } from "./state.js";

export const avatar = (name, bot, small) =>
  el("span.avatar." + (bot ? "hue-bot" : hue(name)) + (small ? ".small" : ""), { "aria-hidden": "true" }, bot ? "格" : initial(name));

const gap = 5 * 60 * 1000; // between two lines, before the time is told again

// items lists what the log shows, for keep(). acts are what lines can ask for.
export function items(acts) {
  const out = [];
  if (state.before) {
    out.push({ key: "older", sig: state.before, make: () => el("div.middle", {}, el("button.plain", { type: "button", onclick: acts.older }, "更早的消息")) });
  }
  let last = "";
  const time = (iso, key) => {
    if (!last || parts(last).date !== parts(iso).date || Date.parse(iso) - Date.parse(last) > gap) {
      const words = moment(iso, state.now);
      out.push({ key: "time." + key, sig: words, make: () => el("div.middle", {}, el("time", { datetime: iso }, words)) });
    }
    last = iso;
  };
  for (const line of state.lines) {
    time(line.at, line.id);
    const own = !line.bot && line.from === state.who;
    out.push({ key: line.id, sig: JSON.stringify([line, own, state.who]), make: () => make(line, own, acts) });
  }
  for (const p of state.pending.filter((p) => p.chat === state.open)) {
    out.push({ key: p.tmp, sig: JSON.stringify([p.state, p.error]), make: () => pending(p, acts) });
  }
  return out;
}

function make(line, own, acts) {
  if (line.recalled) return el("div.middle", {}, el("span", {}, `${own ? "你" : line.from}撤回了一条消息`));
  if (line.kind === "join") return el("div.middle", {}, el("span", {}, `${line.from}加入了群聊`));
  const body = el("div.body", {}, who(line), line.bot ? card(line, acts) : bubble(line, acts), quoted(line, acts), after(line));
  return el("div.line" + (own ? ".own" : "") + (line.bot ? ".bot" : ""), { "data-id": line.id }, avatar(line.from, line.bot), body, dots(line, own, acts));
}

function who(line) {
  const role = line.bot ? "群助手" : line.role && line.role !== "resident" ? roles[line.role] : "";
  return el("div.who", {}, el("span", {}, line.from), role && el("span.chip.brand", {}, role));
}

function quoted(line, acts) {
  if (!line.quote) return null;
  return el("button.quoted", { type: "button", title: "看原话", onclick: () => acts.find(line.reply_to) }, `${line.quote.from}：${line.quote.text}`);
}

function after(line) {
  const words = [line.edited && "已修改", line.ticket && !line.bot && `记在 ${line.ticket} 号`].filter(Boolean);
  return words.length ? el("div.state", {}, words.join(" · ")) : null;
}

function bubble(line, acts) {
  const media = (line.media || []).map((id) => line.preview || "/media/" + id);
  switch (line.kind) {
    case "image":
      if (!media.length) return el("div.bubble", {}, line.text || "[图片]");
      return el("div.bubble.picture", {}, ...media.map((src) => picture(src, line, acts)), line.text && el("p", {}, line.text));
    case "voice":
      return el("div.bubble", {},
        media.length ? el("audio", { controls: true, preload: "none", src: media[0], "aria-label": `${line.from}的语音` })
          : el("div.voice", {}, el("span.wave", { "aria-hidden": "true" }, "▂▅▇▃▆▂▅"), el("span", {}, "语音")),
        line.text && el("div.transcript", {}, line.text));
    case "location":
      return el("div.bubble", {}, el("div.place", {}, line.text || "位置"));
    case "file":
      return el("div.bubble", {}, ...media.map((src) => el("a", { href: src, download: "" }, "📄 打开文件")), line.text && el("div", {}, line.text));
    case "other":
      return el("div.bubble", {}, line.text || "[这种消息还不会显示]");
  }
  return el("div.bubble", {}, ...media.map((src) => picture(src, line, acts)), line.text);
}

function picture(src, line, acts) {
  return el("button", { type: "button", "aria-label": `看${line.from}发的图片`, onclick: () => acts.enlarge(src) },
    el("img", { src, alt: line.text || `${line.from}发的图片`, loading: "lazy" }));
}

function card(line, acts) {
  const number = line.ticket && el("a.no", { href: "/board#" + line.ticket, target: "_blank", rel: "noopener" }, line.ticket + " 号");
  const node = el("div.card." + line.kind + (line.replaced ? ".replaced" : ""), {},
    el("div.head", {}, el("span", {}, posts[line.kind] || "小格"), number),
    el("div.words", {}, line.text));
  if (line.replaced) node.append(el("div.after", {}, "这张卡片后来有了更新。"));
  else if (line.buttons?.length) node.append(...buttons(line, acts));
  return node;
}

// buttons of a card: whoever pressed one sees which; only a judgement can be changed.
function buttons(line, acts) {
  const mine = line.pressed?.find((p) => p.by === state.who);
  const row = el("div.buttons", {}, ...line.buttons.map((label) => el("button", {
    type: "button", "aria-pressed": mine ? String(mine.button === label) : undefined,
    disabled: mine && (line.kind !== "poll" || mine.button === label),
    onclick: (e) => acts.press(line, label, e.currentTarget),
  }, mine?.button === label ? "✓ " + label : label)));
  const others = (line.pressed || []).filter((p) => p.by !== state.who);
  const words = line.kind === "poll"
    ? others.length && `已有 ${line.pressed.length} 人点过`
    : others.length && others.map((p) => `${p.by}点了「${p.button}」`).join("，");
  return words ? [row, el("div.after", {}, words)] : [row];
}

function dots(line, own, acts) {
  const choices = [["引用", () => acts.reply(line)]];
  if (line.text) choices.push(["复制", () => navigator.clipboard?.writeText(line.text)]);
  if (own && line.text && line.kind === "text") choices.push(["修改", () => acts.edit(line)]);
  if (own) choices.push(["撤回", () => acts.recall(line)]);
  return el("button.dots", {
    type: "button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": `${line.from}这句话的菜单`,
    onclick: (e) => menu(e.currentTarget, choices),
  }, "⋯");
}

function pending(p, acts) {
  const line = { from: p.from, kind: p.kind, text: p.text, media: p.media ? [p.media] : p.preview ? [""] : [], preview: p.preview, quote: p.reply && { from: p.reply.from, text: p.reply.text } };
  const state = p.state === "failed"
    ? el("div.state.failed", { role: "alert" }, "没发出去：" + p.error, el("button", { type: "button", onclick: () => acts.again(p) }, "重发"), el("button", { type: "button", onclick: () => acts.drop(p) }, "删除"))
    : el("div.state", {}, p.state === "sent" ? "已送达" : "发送中…");
  return el("div.line.own.pending", {}, avatar(p.from), el("div.body", {}, bubble(line, acts), quoted(line, acts), state));
}
