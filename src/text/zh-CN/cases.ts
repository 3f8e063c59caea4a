import type { cases as english } from '../en/cases.ts';

/** Runs that are kept, and judged again. */
export const cases = {
  'cli.case': '把一次诊断保存为案例，供其他版本重新判断',
  'cli.case.keep': '把运行的案例写到标准输出：看到的和得出的结论，不含机密',
  'cli.case.cause': '真正的原因，例如 D3.a',
  'cli.case.note': '真正的原因，用文字说明',
  'cli.case.unknown': '没有编号为 {run} 的运行。',
  'cli.replay': '离线重新判断案例（文件，或含 .json 文件的目录），并列出每个改变的结论',
  'cli.replay.same': '{path}：{environment} 的运行 {run}，结论不变',
  'cli.replay.changed': '{path}：{environment} 的运行 {run}，{count} 个结论改变',
  'cli.replay.verdict': '{part} 的 {cause}：{before} → {now}',
  'cli.replay.right': '有人指出是 {cause}，现已确认',
  'cli.replay.wrong': '有人指出是 {cause}，但未得到确认',
  'cli.replay.note': '有人说明：{note}',
  'cli.replay.total': '{cases} 个案例，{changed} 个改变',
  'cli.replay.absent': '不存在',
  'cli.fault.case-none': '{path} 中没有案例（.json 文件）。',
  'cli.fault.case-json': '案例是 JSON 文件：aetherius --output json case keep {run} > case.json',
  'cli.fault.case-unreadable': '无法读取 {path}（{code}）。',
  'cli.fault.case-broken': '{path} 不是本版本能读取的案例。',
  'cli.fault.case-too-large': '{path} 大于 {most} MiB，案例不会这么大。',
  'denied.no-case': '运行 {run} 不是得出结论的诊断，因此没有案例。',
  'denied.case-too-large':
    '该案例将有 {mib} MiB，最多保存 {most} MiB。收集包可容纳更多：`aetherius collect`。',
  'denied.no-right-cause': '没有任何诊断含有原因“{cause}”。请用文字说明，或写出编号，例如 `D3.a`。',
} as const satisfies Readonly<Record<keyof typeof english, string>>;
