// The words of the board. Times come in the community's zone and are read as written.

export const statuses = {
  proposed: "待确认", open: "已立案", assigned: "已派单", working: "办理中", waiting: "待补充",
  resolved: "待评价", closed: "已办结", rejected: "不受理", merged: "并案",
};
export const categories = { immediate: "即办件", pending: "待办件", escalate: "上报件" };
export const urgencies = { emergency: "突发", urgent: "紧急", normal: "普通" };
export const kinds = { report: "诉求", suggestion: "建议", wish: "微心愿" };
export const levels = { grid: "网格", community: "社区", subdistrict: "街道", district: "区" };
export const sources = { online: "线上", offline: "线下记录" };
export const topics = {
  facilities: "公共设施", water_power_gas: "水电气暖", sanitation: "环境卫生", property: "物业服务", parking_traffic: "停车交通",
  noise: "噪音", neighbour: "邻里", pets: "宠物", security_fire: "治安消防", illegal_building: "违建", elderly_children: "一老一小",
  health_welfare: "健康救助", jobs_education: "就业教育", greening: "绿化", elevator: "电梯", culture: "文体活动", other: "其他",
};
export const roles = {
  resident: "居民", volunteer: "志愿者", building_head: "楼栋长", grid_worker: "网格员", property: "物业",
  unit: "单位", secretary: "书记", committee: "业委会", subdistrict: "街道", district: "区", operator: "运维", house: "小格",
};
export const wants = {
  open: "登记", link: "补充了情况", confirm: "确认立案", reject: "不受理", reclassify: "改了分类", assign: "派单", accept: "签收",
  pass: "转办", wait: "请人补充", resume: "补充好了，继续办", extend: "申请延期", grant: "同意延期", progress: "进展", resolve: "办结，请居民评价",
  merge: "并案", split: "拆分", escalate: "上报", whistle: "吹哨", report_in: "报到", rate: "评价", me_too: "附议", watch: "关注",
  withdraw: "撤回", rework: "退回整改", poll: "请居民评价", close: "办结", object: "提出异议，重新办理", late: "超期，告诉上一级", note: "备注", look: "看了这件不公开的事", publish: "公示",
};
export const reasons = {
  withdrawn: "诉求人撤回", recalled: "原话被撤回", skipped: "跳过的一步", satisfied: "诉求人满意", no_answer: "到期无人评价，自动办结",
  judged: "评价通过", unsatisfied: "诉求人不满意", low_score: "满意率不到六成", objection: "诉求人提出异议", decided: "书记决定", edited: "诉求人改了原话",
};
export const channels = { webchat: "网页群聊", telegram: "Telegram", wechat: "微信" };
export const health = { connecting: "正在连接", online: "正常", deaf: "在线，但收不到消息", scan: "等人扫码登录", barred: "账号被平台拒绝", down: "连不上" };
export const posts = {
  ack: "首次答复", ask: "追问", confirm: "确认卡片", reminder: "提醒", escalation: "上报", result: "办理结果",
  poll: "评价", digest: "汇总", summary: "小结", answer: "答复", refusal: "婉拒",
};
export const messages = { image: "[图片]", voice: "[语音]", location: "[位置]", file: "[文件]", other: "[其他消息]" };
export const steps = { confirm: "确认", accept: "签收", resolve: "办结", poll: "评价截止" };

// understood says which step read the words that opened a ticket, and why a
// language model that should have read them did not.
export function understood(t) {
  const by = { rule: "规则", local: "本地模型", llm: "大模型" }[t.by];
  const why = { timeout: "超时", busy: "繁忙", down: "连不上", denied: "密钥或额度不被接受", unfit: "请求不被接受", refused: "内容被拒",
    flood: "回答过长", invalid: "回答不合格式", resting: "暂停使用", spent: "额度用完" };
  return by && by + (t.unread ? `（大模型没有读到：${why[t.unread] || "出错"}）` : "");
}

// units says how far each unit of a joint matter (吹哨) is, the lead first.
export function units(t) {
  const stands = (u) => u.ended ? "办完了" : u.reported ? "已报到" : u.silent ? "没报到" : "等报到";
  return t.units?.map((u) => `${u.unit}${u.lead ? "（牵头）" : ""}${stands(u)}`).join("，");
}

const weekdays = "日一二三四五六";

// moment tells a time in full; the year only when it is not the one of now.
export function moment(iso, now) {
  const [y, m, d] = iso.slice(0, 10).split("-").map(Number);
  const year = now && now.startsWith(iso.slice(0, 4)) ? "" : y + "年";
  return `${year}${m}月${d}日 周${weekdays[new Date(Date.UTC(y, m - 1, d)).getUTCDay()]} ${iso.slice(11, 16)}`;
}

// short tells a time as a card has room for: today's without its date.
export function short(iso, now) {
  return iso.slice(0, 10) === now.slice(0, 10) ? "今天" + iso.slice(11, 16) : `${+iso.slice(5, 7)}月${+iso.slice(8, 10)}日 ${iso.slice(11, 16)}`;
}

// left tells how long it is from now to then: "还有2小时", "超期3天".
export function left(then, now) {
  const minutes = Math.round((Date.parse(then) - Date.parse(now)) / 60000), m = Math.abs(minutes);
  const long = m < 60 ? `${m}分钟` : m < 48 * 60 ? `${Math.round(m / 60)}小时` : `${Math.round(m / 1440)}天`;
  return minutes >= 0 ? "还有" + long : "超期" + long;
}
