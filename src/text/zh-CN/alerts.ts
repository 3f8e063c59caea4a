import type { alerts as english } from '../en/alerts.ts';

/** Alerts that arrive by themselves. */
export const alerts = {
  'alert.fires': '*{environment}* · {what} 自 {since:time} 起告警。',
  'alert.fires.many': '*{environment}* · {what}：自 {since:time} 起共 {count} 条告警，现在仍有 {open} 条。',
  'alert.over': '*{environment}* · {what} 已结束，持续了 {ms:ms}（{count} 条告警）。',
  'alert.was': '告警期间的发现：',
  'alert.more-names': '另外 {count} 个',
  'alert.more': '……还有 {count} 条告警。',
  'alert.joined': ':heavy_plus_sign: 又有 {count} 条告警加入：{what}。',
  'alert.again':
    ':rotating_light: 再次告警：{what}（{count} 条）。上面的结论是之前的；要知道现在的问题，请重新诊断。',
  'alert.over.line': '已结束，持续了 {ms:ms}。',
  'alert.unknown': ':grey_question: 没有与此告警对应的诊断。告警原文：',
  'alert.unknown.how':
    '请用自己的话提问：`/aetherius diagnose <看到的现象> {environment}`。要检查全部：`/aetherius health {environment}`。',
  'alert.no-text': '该告警规则没有给人看的说明。',
} as const satisfies Readonly<Record<keyof typeof english, string>>;
