import type { answers as english } from '../en/answers.ts';

/** Words of runs, of errors and of messages that could not be sent. */
export const answers = {
  'who.command-line': '命令行',
  'who.digest': '每日摘要',
  'who.webhook': '告警',
  'who.nobody': '无人',
  'run.failed': ':x: *{environment}*：本次运行没有得出结果。{reason}',
  'run.kind.health': '健康检查',
  'run.kind.diagnose': '诊断',
  'run.kind.digest': '摘要',
  'run.kind.propose': '修复方案',
  'run.kind.logs': '日志',
  'run.kind.collect': '收集包',
  'run.kind.report': '报告',
  'run.state.queued': '等待中',
  'run.state.running': '运行中',
  'run.state.complete': '完成',
  'run.state.failed': '失败',
  'run.state.expired': '过期',
  'run.verdict.healthy': '没有问题',
  'run.verdict.broken': '故障：{parts}',
  'run.verdict.findings': '有发现',
  'run.verdict.unknown': '有些看不到',
  'run.verdict.causes': '找到原因：{causes}',
  'run.verdict.no-cause': '未找到原因',
  'run.verdict.groups': '{groups} 种日志',
  'run.verdict.files': '{files} 个文件',
  'run.verdict.offered': '给出了修复方案',
  'run.verdict.refused': '没有可用的修复方案',
  'run.line': '{time:time} · {kind} · {environment} · {verdict} · {who} · {run}',
  'run.courier-down':
    ':warning: 负责传递任务的 Redis 没有响应。运行已保存，执行进程会绕过 Redis 找到它，比平时稍晚。编号 {reference}。',
  'fit.cut': ' … [另有 {count} 个字符]',
  'fit.attached': '回答超出了 Slack 单条消息的长度，全文已附在讨论串中。',
  'fit.filename': 'aetherius-answer.txt',
  'fit.title': '全文',
  'refused.not-recorded':
    ':warning: 未记录，也未执行任何操作：数据库没有响应。请一分钟后重试。编号 {reference}。',
  'lost.not_in_channel': '我不在该频道中，无法发送回答。请用 `/invite` 邀请我后重试。',
  'lost.channel_not_found': '我看不到该频道，无法发送回答。请用 `/invite` 邀请我后重试。',
  'lost.is_archived': '该频道已归档，无法发送回答。',
  'redact.withheld': '（未显示：无法检查这段文字是否含有密钥）',
  'lost.other': 'Slack 不允许我在那里发送，无法发送回答。',
  'moved.below': ':arrow_down: 回答已另发一条消息，请往下看。',
  'moved.there': ':arrow_down: 回答已另发一条消息：{link}。',
  'moved.open': '打开',
  'error.INVALID_INPUT': '无法理解该请求，未执行任何操作。编号 {reference}。',
  'error.INVALID_INPUT.unknown-symptom':
    '没有与这些描述相符的症状。请输入症状编号（`S4`）、组件名（`redis`），或换一种说法：`/aetherius help`。编号 {reference}。',
  'error.INVALID_INPUT.other-command':
    '这些描述对应另一个命令：`/aetherius {command}`。没有开始诊断。编号 {reference}。',
  'error.INVALID_INPUT.log-nothing-in-message':
    '这条消息没有文字，也没有文件，因此没有日志可读。编号 {reference}。',
  'error.INVALID_INPUT.bundle-too-large':
    '收集包超过了可发到 Slack 的 {most:bytes}。请用更晚的 since= 重试，或写入文件：`aetherius collect -o <文件>`。编号 {reference}。',
  'error.INVALID_INPUT.log-not-in-place':
    '我不在这个会话中，无法在此回答。请用 `/invite @aetherius` 邀请我，或把日志用私信发给我。编号 {reference}。',
  'error.NOT_ALLOWED': '不允许此操作，未执行任何操作。编号 {reference}。',
  'error.NOT_FOUND': '该对象不存在（或已不存在），未执行任何操作。编号 {reference}。',
  'error.CONFLICT': '有其他操作更快，或状态已变化。现状见讨论串。编号 {reference}。',
  'error.DEPENDENCY_UNAVAILABLE': '所需的组件没有响应，无法完成。请一分钟后重试。编号 {reference}。',
  'error.target': '无法完成：{why}。编号 {reference}。',
  'error.target.at': '无法完成：{at}：{why}。编号 {reference}。',
  'error.target.forbidden': '我没有权限 {verb} {resource}，无法完成。运维我的人可以授予这一权限。',
  'error.target.forbidden.switch':
    '我没有权限 {verb} {resource}，无法完成。Helm chart 的 `{allowedBy}` 可授予。',
  'error.TIMED_OUT': '耗时过长，已放弃。请一分钟后重试。编号 {reference}。',
  'error.TIMED_OUT.log-slow':
    '一分半钟内没有读完该日志，机器人已停止。`aetherius logs --file` 没有这个限制。编号 {reference}。',
  'error.DEPENDENCY_UNAVAILABLE.log-unreadable':
    '机器人放弃读取该日志：占用内存过多。也许 `aetherius logs --file` 仍能读取。编号 {reference}。',
  'error.BUG': '抱歉，机器人内部出错。不会再自动执行任何操作。请把编号 {reference} 告知维护者。',
} as const satisfies Readonly<Record<keyof typeof english, string>>;
