// The words of the page, and small things about names and times. Times come as
// RFC 3339 in the community's zone and are read as written: whoever looks from
// elsewhere sees the community's clock.

export const roles = {
  resident: "居民", volunteer: "志愿者", building_head: "楼栋长", grid_worker: "网格员", property: "物业",
  unit: "单位", secretary: "书记", committee: "业委会", subdistrict: "街道", district: "区", operator: "运维",
};
export const statuses = {
  proposed: "待确认", open: "已立案", assigned: "已派单", working: "办理中", waiting: "待补充",
  resolved: "待评价", closed: "已办结", rejected: "不受理", merged: "并案",
};
export const categories = { immediate: "即办件", pending: "待办件", escalate: "上报件" };
export const urgencies = { emergency: "突发", urgent: "紧急" };
export const posts = {
  ack: "收到", ask: "想问一句", confirm: "请确认", reminder: "提醒", escalation: "上报", result: "办理情况",
  poll: "请您评价", digest: "汇总", summary: "小结", answer: "答复", refusal: "说明",
};
export const steps = { confirm: "确认", accept: "签收", resolve: "办结", poll: "评价" };

const weekdays = "日一二三四五六";

export function parts(iso) {
  const [year, month, day] = iso.slice(0, 10).split("-").map(Number);
  return { year, month, day, date: iso.slice(0, 10), time: iso.slice(11, 16), week: "周" + weekdays[new Date(Date.UTC(year, month - 1, day)).getUTCDay()] };
}

// when tells a time as short as it can be understood at `now`.
export function when(iso, now) {
  const p = parts(iso), n = parts(now || iso);
  if (p.date === n.date) return p.time;
  if (p.year === n.year) return `${p.month}月${p.day}日`;
  return `${p.year}年${p.month}月${p.day}日`;
}

// moment tells a time in full.
export function moment(iso, now) {
  const p = parts(iso), n = parts(now || iso);
  return `${p.year === n.year ? "" : p.year + "年"}${p.month}月${p.day}日 ${p.week} ${p.time}`;
}

// left tells how long it is from now to then: "还有2小时", "超了3天".
export function left(then, now) {
  const minutes = Math.round((Date.parse(then) - Date.parse(now)) / 60000);
  const m = Math.abs(minutes);
  const long = m < 60 ? `${m}分钟` : m < 48 * 60 ? `${Math.round(m / 60)}小时` : `${Math.round(m / 1440)}天`;
  return minutes >= 0 ? `还有${long}` : `超了${long}`;
}

const letters = new Intl.Segmenter("zh", { granularity: "grapheme" });

// initial gives the first character that a person would count as one.
export function initial(name) {
  for (const s of letters.segment(name.trim())) return s.segment;
  return "？";
}

export function hue(name) {
  let h = 2166136261; // FNV-1a: names that differ little get different colours
  for (const c of name) h = Math.imul(h ^ c.codePointAt(0), 16777619) >>> 0;
  return "hue" + ((h >>> 7) % 10);
}
