import { createHash } from 'node:crypto';
import type { BundleContent } from '../domain/bundle/content.ts';
import { isRecording } from '../domain/bundle/manifest.ts';
import { visible } from '../domain/kernel/text.ts';
import type { CollectGap } from '../domain/message/collect-view.ts';
import { type Finding, findingKey, severities } from '../domain/probe/finding.ts';
import { causePlain } from './cause.ts';
import { logWords } from './logs.ts';
import type { Words } from './words.ts';

/** Rows of the timeline that are shown. */
const MOST_MOMENTS = 600;

/**
 * The index page of a bundle: one file that a browser opens without a network. Its policy allows its own script and its
 * own style alone, by their digests; every text of the bundle is escaped, and none becomes a part of the script.
 */
export function bundlePage(content: BundleContent, given: Words): string {
  const words = given.about(content.platform);
  const { manifest } = content;
  const { environment, bot, since, startedAt: from, endedAt: to, redacted } = manifest;
  const title = text(words.plain('bundle.page.title', { environment }));
  const replaced = Object.values(redacted).reduce((sum, count) => sum + count, 0);
  const policy = [
    "default-src 'none'",
    `script-src '${digestOf(script)}'`,
    `style-src '${digestOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="${words.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p>${text(words.plain('bundle.page.about', { bot, since, from, to }))}</p>
<p>${text(words.plain('bundle.page.redacted', { count: replaced }))}</p>
<label><span>${text(words.plain('bundle.page.search'))}</span> <input id="search" type="search" autocomplete="off"></label>
<p id="nothing" role="status" hidden>${text(words.plain('bundle.page.nothing'))}</p>
</header>
<main>
${section('findings', 'bundle.page.findings', 'bundle.page.no-findings', findingRows(content, words), words)}
${section('causes', 'bundle.page.causes', 'bundle.page.no-causes', causeRows(content, words), words)}
${section('parts', 'bundle.page.parts', 'bundle.page.no-findings', partRows(content, words), words)}
${section('groups', 'bundle.page.groups', 'bundle.page.no-groups', groupRows(content, words), words)}
${section('timeline', 'bundle.page.timeline', 'bundle.page.no-timeline', timelineRows(content, words), words)}
${section('failed', 'bundle.page.failed', 'bundle.page.no-failed', failedRows(content, words), words)}
${section('files', 'bundle.page.files', 'bundle.page.no-failed', fileRows(content, words), words)}
</main>
<script>${script}</script>
</body>
</html>
`;
}

type PageKey =
  | 'bundle.page.findings'
  | 'bundle.page.no-findings'
  | 'bundle.page.causes'
  | 'bundle.page.no-causes'
  | 'bundle.page.parts'
  | 'bundle.page.groups'
  | 'bundle.page.no-groups'
  | 'bundle.page.timeline'
  | 'bundle.page.no-timeline'
  | 'bundle.page.failed'
  | 'bundle.page.no-failed'
  | 'bundle.page.files';

function section(id: string, title: PageKey, empty: PageKey, rows: readonly string[], words: Words): string {
  const items = rows.length === 0 ? `<li>${text(words.plain(empty))}</li>` : rows.join('\n');
  return `<section id="${id}">\n<h2>${text(words.plain(title))}</h2>\n<ul>\n${items}\n</ul>\n</section>`;
}

/** One thing that can be searched for. */
const row = (inner: string, kind = ''): string =>
  `<li data-row${kind === '' ? '' : ` class="${kind}"`}>${inner}</li>`;

const findingText = ({ code, part, subject, facts }: Finding, words: Words): string =>
  words.lookupPlain(`finding.${code}`, {
    ...facts,
    subject,
    part: words.lookupPlain(`part.${part}`) ?? part,
  }) ?? `${code} ${subject}`;

/** Every finding of every probe once, the worst first. */
function foundIn({ outcomes }: BundleContent): readonly Finding[] {
  const all = outcomes.flatMap(({ findings }) => findings);
  const unique = [...new Map(all.map((finding) => [findingKey(finding), finding])).values()];
  return unique.toSorted((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity));
}

function findingRows(content: BundleContent, words: Words): readonly string[] {
  return foundIn(content).map((finding) => {
    const { severity, code, since, excerpts = [] } = finding;
    const lines = excerpts.flatMap(({ source, lines: said }) => [`${source}:`, ...said]);
    const when =
      since === undefined || Number.isNaN(Date.parse(since)) ? [] : [new Date(since).toISOString()];
    const meta = [words.plain(`severity.${severity}`), code, ...when];
    return row(
      `<p>${text(findingText(finding, words).replaceAll('*', '').replaceAll('`', ''))}</p><small>${text(meta.join(' · '))}</small>${block(lines)}`,
      severity,
    );
  });
}

function causeRows({ judgements }: BundleContent, words: Words): readonly string[] {
  const causes = judgements.flatMap(({ diagnosis, causes: all }) =>
    all.map((judged) => ({ ...judged, diagnosis })),
  );
  const unique = [...new Map(causes.map((judged) => [judged.cause.id, judged])).values()];
  const confirmed = unique.filter(({ verdict }) => verdict === 'confirmed');
  const open = unique.filter(({ verdict }) => verdict === 'possible').length;
  return [
    ...confirmed.map(({ cause, diagnosis, for: found }) =>
      row(
        `<p>${text(causePlain(cause, words))}</p><small>${text(
          `${cause.id} · ${words.lookupPlain(`diagnosis.${diagnosis.id}`) ?? diagnosis.id}`,
        )}</small>${block(found.map((finding) => findingText(finding, words)))}`,
        'critical',
      ),
    ),
    ...(open === 0 ? [] : [`<li>${text(words.plain('bundle.page.open', { count: open }))}</li>`]),
  ];
}

function partRows({ health }: BundleContent, words: Words): readonly string[] {
  return health.rows
    .filter(({ state }) => state !== 'not-configured')
    .map(({ part, state, fact }) => {
      const said = words.lookupPlain(`health.fact.${fact.key}`, fact.facts) ?? fact.key;
      const name = words.lookupPlain(`part.${part}`) ?? part;
      return row(
        `<p><b>${text(name)}</b> ${text(words.plain(`state.${state}`))}</p><small>${text(said)}</small>`,
        state,
      );
    });
}

function groupRows({ logs }: BundleContent, words: Words): readonly string[] {
  return logs.flatMap(({ part, report }) => {
    const said = logWords(report, words);
    const name = words.lookupPlain(`part.${part}`) ?? part;
    const head = [said.headline, ...(said.timeline === undefined ? [] : [said.timeline]), ...said.notes];
    return [
      row(
        `<p><b>${text(name)}</b> ${text(head[0] ?? '')}</p><small>${head.slice(1).map(text).join('<br>')}</small>`,
      ),
      ...said.groups.map(({ group, title, numbers, causes }) =>
        row(
          `<p><b>${text(name)}</b> ${text(title)}</p><small>${[numbers, ...causes].map(text).join('<br>')}</small>${block(group.example)}`,
          group.level,
        ),
      ),
    ];
  });
}

function timelineRows(content: BundleContent, words: Words): readonly string[] {
  const events = content.events.map(({ at, kind, subject, text: said }) => ({
    at,
    subject,
    said: words.plain(`bundle.page.${kind}`, { text: said }),
  }));
  const findings = foundIn(content).flatMap((finding) =>
    finding.since === undefined
      ? []
      : [
          {
            at: finding.since,
            subject: finding.subject,
            said: words.plain('bundle.page.found', { text: findingText(finding, words) }),
          },
        ],
  );
  const groups = content.logs.flatMap(({ part, report }) =>
    report.groups.flatMap(({ first, text: said, count }) =>
      first === undefined
        ? []
        : [{ at: new Date(first).toISOString(), subject: part, said: `${said} (×${count})` }],
    ),
  );
  return [...events, ...findings, ...groups]
    .filter(({ at }) => !Number.isNaN(Date.parse(at)))
    .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at))
    .slice(0, MOST_MOMENTS)
    .map(({ at, subject, said }) =>
      row(`<p><time>${text(new Date(at).toISOString())}</time> <b>${text(subject)}</b> ${text(said)}</p>`),
    );
}

/** Why an entry is not there or not whole, in words. */
export function entryFault(
  { error, leftOut }: Pick<CollectGap, 'error' | 'leftOut'>,
  words: Words,
): string | undefined {
  if (error !== undefined)
    return words.lookupPlain(`cause.${error.code}`, { detail: error.detail }) ?? error.detail;
  if (leftOut !== undefined)
    return words.lookupPlain(`bundle.left.${leftOut.why}`, { detail: leftOut.detail }) ?? leftOut.detail;
  return undefined;
}

function failedRows({ manifest }: BundleContent, words: Words): readonly string[] {
  return manifest.entries.flatMap((entry) => {
    const why = entryFault(entry, words);
    return why === undefined ? [] : [row(`<p><b>${text(entry.path)}</b> ${text(why)}</p>`, 'warning')];
  });
}

function fileRows({ manifest }: BundleContent, words: Words): readonly string[] {
  return manifest.entries
    .filter(({ sha256, path }) => sha256 !== undefined && !isRecording(path))
    .map(({ path, bytes }) => {
      const link = path.split('/').map(encodeURIComponent).join('/');
      const size = words.plain('bundle.page.file', { bytes });
      return row(`<p><a href="${text(link)}">${text(path)}</a> <small>${text(size)}</small></p>`);
    });
}

const block = (lines: readonly string[]): string =>
  lines.length === 0 ? '' : `<pre>${text(lines.join('\n'))}</pre>`;

/** What HTML gives a meaning, in texts and in attributes; what would not be seen is made visible. */
function text(given: string): string {
  return visible(given)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}

const digestOf = (source: string): string => `sha256-${createHash('sha256').update(source).digest('base64')}`;

const style = `
:root{color-scheme:light dark;font:16px/1.45 system-ui,sans-serif}
body{margin:0 auto;max-width:70rem;padding:0 1rem 3rem}
h1{font-size:1.4rem;margin:1rem 0 .3rem}
h2{font-size:1.1rem;margin:1.6rem 0 .4rem;border-bottom:1px solid #8888}
header p{margin:.2rem 0}
label{position:sticky;top:0;display:block;padding:.5rem 0}
input{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;min-height:2.75rem}
ul{list-style:none;margin:0;padding:0}
li{padding:.4rem .6rem;border-left:4px solid transparent;overflow-wrap:anywhere}
li p{margin:0}
li a{display:inline-block;padding:.2rem 0}
.critical,.down,.fatal,.error{border-color:#c62828}
.warning,.degraded{border-color:#ef8e00}
.unknown{border-color:#7b7b7b}
.up{border-color:#2e7d32}
small{opacity:.8}
time{font-variant-numeric:tabular-nums;opacity:.8}
pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:.3rem 0 0;padding:.4rem;background:#8882;font-size:.85rem}
[hidden]{display:none}
`;

const script = `
const box = document.getElementById('search');
const rows = [...document.querySelectorAll('[data-row]')].map((row) => [row, row.textContent.toLowerCase()]);
const sections = [...document.querySelectorAll('section')];
const nothing = document.getElementById('nothing');
box.addEventListener('input', () => {
  const words = box.value.toLowerCase().split(/\\s+/).filter((word) => word !== '');
  let shown = 0;
  for (const [row, text] of rows) {
    row.hidden = !words.every((word) => text.includes(word));
    if (!row.hidden) shown += 1;
  }
  for (const section of sections)
    section.hidden = words.length > 0 && section.querySelector('[data-row]:not([hidden])') === null;
  nothing.hidden = words.length === 0 || shown > 0;
});
`;
