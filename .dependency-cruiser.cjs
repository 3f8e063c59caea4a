/** Who may import whom; the table with its reasons stands in docs/architecture.md. */
const roots = '^src/(main\\.ts$|main/|cli/(main|wiring[a-z-]*)\\.ts$)';

/** @type {(name: string, from: string, allowed: string[], comment: string) => object} */
const layer = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: `^src/${from}/`, pathNot: roots },
  to: { path: '^src/', pathNot: [`^src/${from}/`, ...allowed] },
});

/** npm packages a layer may use; everything else it gets as an argument. */
const packages = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: `^src/${from}/`, pathNot: roots },
  to: {
    dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'],
    pathNot: allowed.map((pkg) => `node_modules/${pkg}/`),
  },
});

const domain = '^src/domain/';
const text = '^src/text/';
/** What handlers and the command line know of the use cases. */
const contracts = ['^src/services/contract\\.ts$', '^src/services/[a-z]+/contract\\.ts$'];

/**
 * The rooms of a floor: a feature has a room of the same name on every floor, and a room may import those named here on
 * its own floor. Read from the bottom up; what is not listed is a breach, so no circle can arise between rooms.
 */
const rooms = {
  'src/domain': {
    kernel: [],
    platform: ['kernel'],
    probe: ['kernel', 'platform'],
    run: ['kernel', 'probe'],
    alert: ['kernel', 'run'],
    mute: ['kernel', 'platform', 'probe'],
    logs: ['kernel', 'platform', 'probe'],
    fix: ['kernel', 'platform', 'probe', 'run'],
    access: ['kernel', 'fix'],
    settings: ['kernel', 'platform', 'probe', 'fix'],
    audit: ['kernel', 'fix'],
    health: ['kernel', 'platform', 'probe', 'logs', 'settings'],
    digest: ['kernel', 'platform', 'probe', 'mute', 'health'],
    watch: ['kernel', 'platform', 'probe', 'alert', 'mute', 'health'],
    message: ['kernel', 'platform', 'probe', 'logs', 'run', 'mute', 'health', 'digest', 'fix'],
    diagnosis: ['kernel', 'platform', 'probe', 'logs', 'run', 'mute', 'settings', 'message'],
    case: ['kernel', 'platform', 'probe', 'run', 'diagnosis'],
    report: ['kernel', 'platform', 'probe', 'run', 'fix', 'settings', 'health', 'diagnosis'],
    timeline: ['kernel', 'platform', 'probe', 'run', 'alert', 'mute', 'fix', 'audit', 'message'],
    bundle: ['kernel', 'platform', 'probe', 'settings', 'logs', 'health', 'diagnosis'],
    ports: ['kernel', 'platform', 'probe', 'logs', 'run', 'alert', 'mute', 'fix', 'audit', 'message', 'watch'],
  },
  'src/services': {
    run: [],
    message: [],
    audit: [],
    token: [],
    report: ['run'],
    timeline: [],
    mended: ['run'],
    'fix/decide': ['fix'],
    'fix/propose': ['fix', 'fix/decide', 'run'],
    'fix/execute': ['fix', 'fix/decide'],
    mute: ['run', 'fix/decide'],
    diagnosis: ['run', 'mended', 'fix/decide', 'fix/propose', 'mute'],
    health: ['run', 'mended', 'diagnosis', 'mute'],
    alert: ['run'],
    watch: ['mended', 'mute'],
    inventory: [],
    digest: ['run', 'mended', 'health', 'inventory', 'mute'],
    schedule: ['run', 'digest'],
    logs: ['run', 'diagnosis'],
    case: ['diagnosis'],
    collect: ['run', 'diagnosis', 'logs'],
  },
  'src/platform': {
    redact: [],
    logs: [],
    process: ['redact'],
    store: ['process'],
    anchors: ['store'],
    alerts: [],
    queue: ['targets'],
    bundle: [],
    schedule: [],
    settings: ['anchors', 'process', 'redact', 'schedule', 'store', 'targets'],
    slack: ['store'],
    'slack-poster': ['slack'],
    identity: ['store', 'queue'],
    doctor: ['store', 'queue', 'settings', 'slack', 'targets'],
  },
  'src/platform/targets': {
    network: [],
    http: [],
    stores: ['http', 'network'],
    kubernetes: ['http', 'network'],
    compose: [],
    runtime: ['kubernetes', 'network'],
    discovery: ['compose', 'kubernetes', 'network', 'stores'],
  },
  'src/remediations': {
    shared: [],
    values: ['shared'],
    redis: ['shared'],
    nats: ['shared'],
    postgres: ['shared'],
    'kubernetes/object': ['shared'],
    'kubernetes/network': ['shared', 'kubernetes/object'],
    'kubernetes/credentials': ['shared', 'kubernetes/object'],
    'kubernetes/model': ['shared', 'kubernetes/object'],
    'kubernetes/config': ['shared', 'values', 'kubernetes/object'],
    'kubernetes/rollout': ['shared', 'values', 'kubernetes/object'],
    'compose/container': ['shared', 'values'],
    'compose/file': ['shared', 'values', 'compose/container'],
  },
  'src/bot': {
    receive: [],
    views: [],
    send: ['receive', 'views'],
    middleware: ['receive', 'views'],
  },
};

const roomRules = Object.entries(rooms).flatMap(([floor, plan]) =>
  Object.entries(plan).map(([room, allowed]) => ({
    name: `room ${floor.replace('src/', '')}/${room}`,
    comment: 'Each room knows only the rooms below it on its floor.',
    severity: 'error',
    from: { path: `^${floor}/${room}/` },
    to: {
      // Files that stand on the floor itself belong to no room, but for those of `fix`, which its rooms share.
      path: `^${floor}/[^/]+/`,
      pathNot: [
        `^${floor}/${room}/`,
        ...allowed.map((one) => (one === 'fix' && floor === 'src/services' ? `^${floor}/fix/[^/]+$` : `^${floor}/${one}/`)),
      ],
    },
  })),
);

module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: 'no-circular',
      comment: 'A cycle means that two files have one reason to change, or that a layer is upside down.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    { name: 'resolvable', severity: 'error', from: { path: '^src/' }, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependencies',
      comment: 'What runs in production is a dependency.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'] },
    },
    {
      name: 'src-stands-alone',
      comment: 'The product knows nothing of its tests, tools, lab and scripts.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|scripts|tools|lab|docs|deploy|packages/slack-emulator)/' },
    },
    {
      name: 'emulator-stands-alone',
      comment: 'The Slack emulator is written from Slack’s documents, not from what the bot does.',
      severity: 'error',
      from: { path: '^packages/slack-emulator/' },
      to: { path: '^(src|test|scripts|tools|lab|packages)/', pathNot: '^packages/slack-emulator/' },
    },
    {
      name: 'redact-stands-alone',
      comment: 'What others can use by itself knows nothing of the bot.',
      severity: 'error',
      from: { path: '^packages/redact/src/' },
      to: { path: '^(src|test|scripts|tools|lab|packages)/', pathNot: '^packages/redact/src/' },
    },
    {
      name: 'redact-packages',
      comment: 'Only the rules of secretlint come from others, and only through their own entry.',
      severity: 'error',
      from: { path: '^packages/redact/src/' },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'],
        pathNot: 'node_modules/@secretlint/',
      },
    },
    {
      name: 'rules-of-others-at-the-edge',
      comment: 'Pure rules use the redactor alone; who makes one for a process gives it the rules of secretlint.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/platform/redact/' },
      to: { path: '^packages/redact/src/secretlint\\.ts$' },
    },
    {
      name: 'auditor-stands-alone',
      comment: 'Who checks the audit without trusting the product runs none of its code.',
      severity: 'error',
      from: { path: '^tools/audit-verifier/' },
      to: { path: '^(src|test|scripts|tools|lab|packages)/', pathNot: '^tools/audit-verifier/' },
    },
    {
      name: 'referee-stands-alone',
      comment: 'What says the truth about a platform shares no code with the product, nor with what planted it.',
      severity: 'error',
      from: { path: '^lab/referee/' },
      to: { path: '^(src|test|scripts|tools|lab|packages)/', pathNot: '^lab/referee/' },
    },
    {
      name: 'nothing-imports-main',
      severity: 'error',
      from: { path: '^src/', pathNot: roots },
      to: { path: roots },
    },
    layer('domain', 'domain', [], 'Contracts and pure rules stand on nothing.'),
    packages('domain-packages', 'domain', ['zod'], 'Contracts and pure rules stand on zod alone.'),
    layer('diagnoses', 'diagnoses', [domain], 'A diagnosis is data.'),
    packages('diagnoses-packages', 'diagnoses', ['zod'], 'A diagnosis is data.'),
    layer('probes', 'probes', [domain], 'Clients arrive as arguments.'),
    packages(
      'probes-packages',
      'probes',
      ['zod', 'yaml', 'pprof-format', 'parse-prometheus-text-format'],
      'Clients arrive as arguments; what reads a format is no client.',
    ),
    {
      name: 'probe-targets-apart',
      comment: 'A probe of one target knows nothing of another target’s probes.',
      severity: 'error',
      from: { path: '^src/probes/([^/]+)/.+' },
      to: { path: '^src/probes/([^/]+)/.+', pathNot: ['^src/probes/$1/', '^src/probes/support/'] },
    },
    layer('remediations', 'remediations', [domain], 'Clients arrive as arguments.'),
    packages(
      'remediations-packages',
      'remediations',
      ['zod', 'yaml'],
      'Clients arrive as arguments; what reads or writes a format is no client.',
    ),
    layer('services', 'services', [domain], 'Registries and clients are passed in.'),
    packages('services-packages', 'services', ['zod', 'minisearch'], 'Registries and clients are passed in.'),
    layer('platform', 'platform', [domain], 'Adapters translate drivers into domain ports.'),
    layer('text', 'text', [domain], 'Words know contracts alone.'),
    packages('text-packages', 'text', ['zod'], 'Words know contracts alone.'),
    layer('bot', 'bot', [domain, text], 'The Slack toolkit knows no use case.'),
    packages('bot-packages', 'bot', ['@slack/[^/]+', 'zod'], 'The Slack toolkit knows Slack.'),
    layer('handlers', 'handlers', [domain, text, '^src/bot/', '^src/services/'], 'Parse, acknowledge, one call.'),
    packages('handlers-packages', 'handlers', ['@slack/[^/]+', 'zod'], 'Parse, acknowledge, one call.'),
    {
      name: 'handlers-see-types-of-services',
      comment: 'Contracts of the use cases, not the use cases.',
      severity: 'error',
      from: { path: '^src/handlers/' },
      to: { path: '^src/services/', pathNot: contracts },
    },
    layer('jobs', 'jobs', [domain, text, '^src/services/', '^src/bot/views/'], 'Parse, one service, notify.'),
    packages('jobs-packages', 'jobs', ['bullmq', 'ioredis', 'zod'], 'Parse, one service, notify.'),
    layer('cli', 'cli', [domain, text, '^src/services/'], 'The same use cases as the handlers.'),
    packages('cli-packages', 'cli', ['commander', 'string-width', 'zod', 'yaml'], 'The same use cases as the handlers.'),
    {
      name: 'cli-sees-types-of-services',
      comment: 'Contracts of the use cases, not the use cases.',
      severity: 'error',
      from: { path: '^src/cli/', pathNot: roots },
      to: { path: '^src/services/', pathNot: contracts },
    },
    {
      name: 'database-gate',
      comment:
        'Statements to our own PostgreSQL pass the gate of its pools, which takes secrets out of their parameters (ADR 0015).',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [
          // The pools; what listens, migrates, asks who its login is, or knows settings and types of the driver.
          '^src/platform/store/(pool|listener|migrate|login-rights|connection|errors|query)\\.ts$',
          // Clients of other databases, and of ours for doctor and for what the bot itself stands on: they write nothing.
          '^src/platform/(targets/stores/postgres|doctor/postgres|identity/self-identity)\\.ts$',
          // Heads of the audit in another database: numbers, hashes and a time, and no text.
          '^src/platform/anchors/postgres\\.ts$',
        ],
      },
      to: { path: 'node_modules/pg/' },
    },
    {
      name: 'log-gate',
      comment: 'Whoever logs does so through the logger that takes secrets out of its lines (ADR 0015).',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/platform/process/logger\\.ts$' },
      to: { path: 'node_modules/pino(-pretty)?/' },
    },
    {
      name: 'slack-in-its-place',
      comment: 'Slack’s packages are used by bot, handlers and the Slack adapters alone.',
      severity: 'error',
      from: { path: '^src/', pathNot: [roots, '^src/(bot|handlers)/', '^src/platform/slack'] },
      to: { path: 'node_modules/@slack/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The web page of the playground is built by Vite and has a compiler configuration of its own.
    exclude: { path: '^(dist|coverage|tools/playground/web)/' },
    tsPreCompilationDeps: true,
    // TypeScript 7 has no API to parse with, so dependency-cruiser would read nothing and be content.
    parser: 'swc',
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
    reporterOptions: { dot: { collapsePattern: '^src/[^/]+' } },
  },
};
