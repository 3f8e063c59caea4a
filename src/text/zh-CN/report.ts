import type { report as english } from '../en/report.ts';

export const report = {
  'report.not-known': '未知',
  'report.title': '[{environment}] {what}',
  'report.title.cause': '{symptom}：{cause}（{id}）',
  'report.title.possible': '{symptom}：没有确认的原因，有 {count} 个无法排除',
  'report.title.none': '{symptom}：已知的各种原因都不存在',
  'report.title.healthy': '查看过的组件全部正常',
  'report.title.unknown': '有些组件无法查看',
  'report.title.failed': '{kind}没有得出结果就结束了',

  'report.problem': '问题详细描述',
  'report.problem.cause': '{id} 已确认：{cause}',
  'report.problem.impact': '影响：{text}',
  'report.problem.asked': '提问原文：{text}',
  'report.problem.found': '发现的问题：',
  'report.problem.finding': '{severity} · {part} · {subject} · {code}：{text}',
  'report.problem.nothing': '发现的问题：在能查看的范围内没有发现异常。',
  'report.problem.since': '开始时间：{since:time}',
  'report.problem.seen': '发现时间：{time:time}，{environment} 的{kind}，运行编号 {run}',

  'report.steps': '复现步骤',
  'report.steps.trigger': '出现问题之前做了什么：未知（请补充）',
  'report.steps.again':
    '查看问题的方法：在 Slack 中执行 `/aetherius {command}`；该次运行做了 {count} 项检查，结果见下文',

  'report.errors': '错误日志',
  'report.errors.none': '未知：该次运行没有保留任何日志',
  'report.errors.source': '来自 {source}：',
  'report.errors.left': '……该次运行另外保留了 {count} 行，此处省略',

  'report.environment': '环境信息',
  'report.deployment': '部署方式：{how}',
  'report.deployment.kubernetes': 'Kubernetes，命名空间 {namespace}，采集 Agent 位于 {agents}',
  'report.deployment.compose': 'Docker Compose，项目 {project}',
  'report.deployment.none': '未知：机器人无权查看平台的运行环境',
  'report.versions': '版本：',
  'report.version': '{part}：{version}',
  'report.version.image': '镜像 {images}',
  'report.version.earlier': '取自 {time:time} 的健康检查',
  'report.configuration': '配置：此处已配置 {parts}',
  'report.configuration.without': '配置：此处已配置 {parts}；未配置 {missing}',
  'report.bot': 'Aetherius 机器人：{version}',

  'report.results': '诊断结果',
  'report.results.failed': '该次运行没有得出结果就结束了（{code}）；以下是结束前看到的内容。',
  'report.results.unfinished': '写这份报告时该次运行尚未结束；以下是到那时为止看到的内容。',
  'report.results.checks':
    '检查项：{healthy} 项正常，{unhealthy} 项发现问题，{inconclusive} 项无法查看，{skipped} 项没有可查看的对象',
  'report.results.path': '到 {part} 的路径（实际走过的）：{steps}',
  'report.results.step.yes': '{step}：是',
  'report.results.step.no': '{step}：否',
  'report.results.step.unknown': '{step}：未知',
  'report.results.cause': '{id} {verdict}：{cause}',
  'report.results.missing': '要得出结论还需要以下证据，但无法查看：{probes}',
  'report.results.part': '{part}：{state}',
  'report.results.part.may-because': '{part}：{state}，可能因为 {root} {rootState}',
  'report.results.part.because': '{part}：{state}，因为 {root} {rootState}',
  'report.results.unseen': '未知，因为无法查看：',
  'report.results.unseen.line': '{part} · {probe}：{why}',
  'report.results.fixes': '通过机器人进行的修复：',
  'report.results.fixes.none': '通过机器人进行的修复：无',
  'report.results.fix': '{handle} · {fix} · {target}：{state}',
  'report.footer': '由 Aetherius 机器人 {version} 于 {time:time} 根据运行 {run} 生成。机密信息已去除。',

  'report.answer': ':memo: *问题报告*：{environment} 的{kind}，{time:time}，运行编号 {run}。可从这里复制：',
  'report.answer.note':
    '机密信息已去除，但主机名和对象名仍在其中：发布前请先通读。其他运行：`/aetherius report <运行编号>`。',
  'report.attached':
    ':memo: *问题报告*：{environment} 的{kind}，{time:time}，运行编号 {run}。内容过长，无法私下显示，已作为文件附在 {channel} 中该答复的讨论串里。',
  'report.place.direct': '我们的私信',
  'report.cut':
    ':memo: *问题报告*：{environment} 的{kind}，{time:time}，运行编号 {run}。内容超过一条消息的长度，而该次运行在 Slack 中没有可附文件的答复，因此这里只有开头。查看全文请在命令行执行：`aetherius report {run}`。',
  'report.none':
    '这里还没有已结束的检查或诊断可供生成报告。请先执行 `/aetherius health` 或 `/aetherius diagnose <症状>`。',
  'report.unknown-run': '没有编号为“{run}”的检查或诊断。编号在其答复的最后一行。',
} as const satisfies Readonly<Record<keyof typeof english, string>>;
