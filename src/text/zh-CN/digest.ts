import type { digest as english } from '../en/digest.ts';

/** Words of the daily digest. */
export const digest = {
  'digest.title': '*每日摘要 · {environment} · {date}*',
  'digest.summary': '新增 {fresh} · 恶化 {worse} · 已修复 {fixed} · 仍存在 {still}',
  'digest.first': '这是此处的第一份摘要，因此全部计为新增。',
  'digest.quiet.unseen':
    ':white_circle: *{environment}* · {date}：自 {since:time} 以来没有变化；但并非所有部分都能看到，是否有问题尚不清楚。',
  'digest.late': '迟发：应于 {due:time} 发出，当时机器人未在运行。',
  'digest.quiet.healthy':
    ':large_green_circle: *{environment}* · {date}：无需报告；自 {since:time} 以来无变化，一切正常。',
  'digest.quiet.still':
    ':white_circle: *{environment}* · {date}：自 {since:time} 以来无变化；仍有 {count} 个问题：{what}。',
  'digest.fixes': '上次摘要以来的修复',
  'digest.fixes.approved': '{line} · 批准人：{people}',
  'digest.fixes.more': '… 还有 {count} 个；见 Home。',
  'digest.new': '新增',
  'digest.worse': '恶化',
  'digest.fixed': '已修复',
  'digest.still': '仍存在',
  'digest.flapping': '本周至少反复出现两次：{what}。',
  'digest.unseen': '今天无法查看，因此未作比较：{parts}。',
  'digest.follow-up': '未经批准即运行，待其他人检查',
  'digest.follow-up.line': ':rotating_light: `{handle}`“{remediation}”，自 {since:time} 起，由 {people} 运行',
  'digest.follow-up.more': '… 另有 {count} 个；`/aetherius fixes` 列出全部。',
  'digest.temporary': '已到期但仍然存在的临时更改',
  'digest.temporary.line': ':hourglass: `{handle}`“{remediation}”，已于 {ended:time} 到期',
  'digest.temporary.unseen':
    ':grey_question: `{handle}`“{remediation}”，已于 {ended:time} 到期；自 {since:time} 起无法检查',
  'digest.temporary.more': '… 另有 {count} 个。',
  'digest.drift': '互相不一致的地方（不影响任何部分的状态）',
  'digest.drift.more': '有 {count} 处互相不一致；`/aetherius diagnose drift {environment}` 会全部列出。',
  'digest.drift.unseen': '有 {count} 项一致性检查无法进行。',
  'digest.line.since': '{what}（自 {since:time} 起）',
  'digest.line.worse': '{what}（之前：{before}）',
  'digest.more': '… 另有 {count} 个；`/aetherius health {environment}` 显示全部。',
  'digest.chart': '最近 7 天的问题数',
  'digest.chart.critical': '严重',
  'digest.chart.warning': '警告',
  'digest.strip': '最近几天：{strip}',
  'digest.strip.missing': '▫️ 当天没有摘要',
  'digest.changed.on': '{person} 开启了此频道的每日摘要：每天 {at}（{timezone}）。',
  'digest.changed.off': '{person} 关闭了此频道的每日摘要。',
  'digest.closed.shared':
    '本频道的每日摘要已关闭：其他组织可以看到此频道。设置允许后可用 `/aetherius digest on` 重新开启。',
  'digest.set.on': '本频道的摘要已开启：每天 {at}（{timezone}）。',
  'digest.set.off': '本频道的摘要已关闭。',
  'digest.set.show-on': '本频道的摘要每天 {at}（{timezone}）发送。`/aetherius digest off` 可关闭。',
  'digest.set.show-off': '本频道的摘要已关闭。`/aetherius digest on` 可开启（每天 {at}，{timezone}）。',
  'digest.set.now': '正在生成 {environment} 的摘要。',
} as const satisfies Readonly<Record<keyof typeof english, string>>;
