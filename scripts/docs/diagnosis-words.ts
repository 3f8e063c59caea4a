import type { Language } from '../../src/domain/run/run.ts';

/** Headings and set phrases of a diagnosis page; all else on it comes from the code and its catalogue of words. */
interface PageWords {
  readonly all: string;
  readonly other: string;
  readonly proof: string;
  readonly ask: string;
  readonly meaning: string;
  readonly impact: string;
  readonly evidence: string;
  readonly probes: readonly [probe: string, looksAt: string, askedWith: string];
  readonly last: string;
  readonly findings: string;
  readonly findingHead: readonly [finding: string, sentence: string];
  readonly causes: string;
  readonly verdicts: string;
  readonly causeHead: readonly [cause: string, sentence: string, when: string];
  readonly and: string;
  readonly or: string;
  readonly not: string;
  readonly apart: (code: string, others: string) => string;
  readonly giving: (fact: string) => string;
  readonly hint: (code: string) => string;
  /** Of what the other finding explains as well. */
  readonly onlyPossible: (code: string) => string;
  readonly remedies: string;
  readonly button: string;
  readonly instruction: string;
  readonly colon: string;
  readonly only: Readonly<Record<'kubernetes' | 'compose', string>>;
  readonly where: (condition: string) => string;
  readonly unless: (condition: string) => string;
  readonly onward: string;
  readonly onwardHead: readonly [when: string, diagnosis: string, of: string];
  readonly filled: string;
  readonly anyPart: string;
}

export const pageWords: Readonly<Record<Language, PageWords>> = {
  en: {
    all: 'All diagnoses',
    other: '中文',
    proof: 'What proves it',
    ask: 'Ask for it in Slack with ',
    meaning: 'Meaning',
    impact: 'Impact',
    evidence: 'Evidence',
    probes: ['Probe', 'What it looks at', 'Asked with'],
    last: ' (after the others)',
    findings: 'The causes are decided by these findings:',
    findingHead: ['Finding', 'What people read'],
    causes: 'Causes',
    verdicts:
      'A cause is confirmed when its condition holds, ruled out when it does not, and possible when a probe could not check.',
    causeHead: ['Cause', 'What people read', 'Condition'],
    and: 'and',
    or: 'or',
    not: 'not',
    apart: (code, others) => `${code} of something without ${others}`,
    giving: (fact) => ` with its ${fact}`,
    hint: (code) => `possible with ${code}`,
    onlyPossible: (code) => `no more than possible with ${code}`,
    remedies: 'Remedies',
    button: 'Button',
    instruction: 'Instruction',
    colon: ': ',
    only: { kubernetes: ' (on Kubernetes)', compose: ' (on Compose)' },
    where: (condition) => ` (only with ${condition})`,
    unless: (condition) => ` (not with ${condition})`,
    onward: 'Leads on to',
    onwardHead: ['When', 'Diagnosis', 'Of'],
    filled: 'What stands in braces is filled in from what was found.',
    anyPart:
      'It may be asked of every part of the platform; the conditions are shown for a service.\nOther parts are asked by probes of their own and have their own word for being slow; collect agents listen on no port, so no connection to them is tried.',
  },
  'zh-CN': {
    all: '全部诊断',
    other: 'English',
    proof: '验证情况',
    ask: '在 Slack 中的用法：',
    meaning: '含义',
    impact: '影响',
    evidence: '证据',
    probes: ['探针', '检查内容', '参数'],
    last: '（在其他探针之后）',
    findings: '各原因由以下发现判定：',
    findingHead: ['发现', '显示的文字'],
    causes: '原因',
    verdicts: '条件成立则确认该原因，不成立则排除；有探针看不到时，该原因为“可能”。',
    causeHead: ['原因', '显示的文字', '条件'],
    and: '且',
    or: '或',
    not: '非',
    apart: (code, others) => `${code}（且同一对象没有 ${others}）`,
    giving: (fact) => `（且给出 ${fact}）`,
    hint: (code) => `有 ${code} 时为“可能”`,
    onlyPossible: (code) => `有 ${code} 时至多为“可能”`,
    remedies: '处理办法',
    button: '按钮',
    instruction: '操作说明',
    colon: '：',
    only: { kubernetes: '（仅 Kubernetes）', compose: '（仅 Compose）' },
    where: (condition) => `（仅在有 ${condition} 时提供）`,
    unless: (condition) => `（有 ${condition} 时不提供）`,
    onward: '继续诊断',
    onwardHead: ['条件', '诊断', '组件'],
    filled: '花括号中的内容由实际发现填入。',
    anyPart:
      '可以对平台的任何组件提问；下面的条件以服务为例。\n其他组件使用各自的探针，“慢”也有各自的发现；采集代理不监听端口，因此不尝试连接它。',
  },
};
