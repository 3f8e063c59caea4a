import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import type {
  FieldChange,
  FieldRule,
  KubernetesChange,
  KubernetesKeeping,
  KubernetesMaking,
  KubernetesRunning,
  KubernetesUpdate,
  Remediation,
} from '../../src/domain/fix/remediation.ts';
import { rightNames } from '../../src/domain/fix/rights.ts';
import { asInGuide } from '../../src/domain/platform/platform.ts';
import { remediations } from '../../src/remediations/index.ts';

/** What the policy is told of an installation: variables of CEL, each an expression. */
interface Told {
  readonly account: string;
  readonly platform: string;
  readonly workloads: string;
  readonly agents: string;
  readonly agentWorkloads: string;
  readonly own: string;
  readonly debugImages: string;
  /** Whether this workload may be restarted, and whether it may be changed in other ways. */
  readonly mayRestart: string;
  readonly mayChange: string;
  /** Whether this Service may select other Pods. */
  readonly maySelect: string;
  /** Whether this ConfigMap may have another value. */
  readonly mayConfigure: string;
  /** Whether a connection may be let through here for a while. */
  readonly mayConnect: string;
  /** Whether a credential may be written here. */
  readonly mayHand: string;
  /** Whether the model may be fetched here; with which image, into which claim, from where, and what it is. */
  readonly mayFetch: string;
  readonly modelImage: string;
  readonly modelClaim: string;
  readonly modelUrl: string;
  readonly modelSha256: string;
}

/** Several remediations restart in the same way. */
const all: readonly KubernetesChange[] = [
  ...new Set(
    (remediations as readonly unknown[] as readonly Remediation[]).flatMap(
      (remediation) => remediation.changes ?? [],
    ),
  ),
];
/** Rules that ask for nothing: a field may stay as it is under each of them. */
const allowing: ReadonlySet<FieldRule['becomes']> = new Set(['anything', 'entry', 'image', 'quantity']);
/** The same field by the same rule, or within its bound. */
const isWithin = (field: FieldChange, known: FieldChange) =>
  isDeepStrictEqual(known, field) ||
  (isDeepStrictEqual(known.path, field.path) &&
    known.to.becomes === 'entry' &&
    field.to.becomes === 'entry' &&
    field.to.most < known.to.most);
/** All that the second one writes may be written under the first one, by the same rules. */
const covers = (one: KubernetesUpdate, other: KubernetesUpdate) =>
  one !== other &&
  one.feature === other.feature &&
  one.group === other.group &&
  other.resources.every((resource) => one.resources.includes(resource)) &&
  one.fields.every(({ to }) => allowing.has(to.becomes)) &&
  other.fields.every((field) => one.fields.some((known) => isWithin(field, known)));
const updating = all.filter((change): change is KubernetesUpdate => 'fields' in change);
/** Each rule costs the API server time at each request. */
const changes = updating.filter((change) => !updating.some((other) => covers(other, change)));
const makings = all.filter((change): change is KubernetesMaking => 'prefix' in change);
const runnings = all.filter((change): change is KubernetesRunning => 'runs' in change);
const keepings = all.filter((change): change is KubernetesKeeping => 'kept' in change);

const quoted = (text: string) => `'${text}'`;
const list = (texts: readonly string[]) => `[${texts.map(quoted).join(', ')}]`;

/** Written by the server itself with every change; the annotation is that of DaemonSets whose template changes. */
const written = ['generation', 'managedFields', 'resourceVersion'];
const writtenAnnotations = ['deprecated.daemonset.template.generation'];

/** Two maps are the same but for these keys. */
function sameBut(one: string, other: string, keys: readonly string[]): string {
  const may = list(keys);
  return [
    `${one}.all(k, k in ${may} || (k in ${other} && ${one}[k] == ${other}[k]))`,
    `${other}.all(k, k in ${may} || k in ${one})`,
  ].join(' && ');
}

/** The fields of a change as the tree that they are. */
interface Branch {
  readonly [key: string]: Branch | FieldRule;
}
const isRule = (node: Branch | FieldRule): node is FieldRule => typeof node.becomes === 'string';

function treeOf(fields: KubernetesUpdate['fields']): Branch {
  const tree: Record<string, unknown> = { metadata: { annotations: {} } };
  for (const { path, to } of fields) {
    let at = tree;
    for (const key of path.slice(0, -1)) {
      at[key] ??= {};
      at = at[key] as Record<string, unknown>;
    }
    at[path.at(-1) ?? ''] = to;
  }
  return tree as Branch;
}

/** What the server itself writes with a change, by the depth of the tree. */
function writtenAt(path: readonly string[]): readonly string[] {
  if (path.length === 1 && path[0] === 'metadata') return written;
  return path.join('.') === 'metadata.annotations' ? writtenAnnotations : [];
}

/** Two objects differ in the fields of this tree alone, each by its rule. Both are expressions, `''` for the object. */
function capOfTree(
  tree: Branch,
  one: string,
  other: string,
  path: readonly string[] = [],
): readonly string[] {
  const whole = (expression: string) => (expression.endsWith(']') ? `${expression}.orValue({})` : expression);
  const keys = Object.keys(tree).map((key) => key.replace('[]', ''));
  return [
    sameBut(whole(one), whole(other), [...writtenAt(path), ...keys]),
    ...Object.entries(tree).flatMap(([key, node]) => {
      const at = (object: string) => `${object}[?${quoted(key.replace('[]', ''))}]`;
      if (isRule(node)) return [capOfRule(node, at(one), at(other))];
      if (!key.endsWith('[]')) return capOfTree(node, at(one), at(other), [...path, key]);
      const [now, before] = [`${at(one)}.orValue([])`, `${at(other)}.orValue([])`];
      const inner = capOfTree(node, 'n', 'o', [...path, key]).join(' && ');
      return [
        `${now}.size() == ${before}.size()`,
        `${now}.all(n, ${before}.exists_one(o, o.name == n.name && ${inner}))`,
      ];
    }),
  ];
}

const generation = 'oldObject.metadata.generation';
/** Registry, path and name of an image, without tag and digest. */
const repository = "find('^([^/]*/)*[^:@/]*')";

/** All items of the one list stand in the other, which has so many more at most. */
const shorter = (one: string, other: string, most: number) =>
  `${one}.orValue([]).all(i, i in ${other}.orValue([])) && ${other}.orValue([]).size() - ${one}.orValue([]).size() <= ${most}`;

/** All entries of the one map stand in the other. */
const within = (one: string, other: string) =>
  `${one}.orValue({}).all(k, k in ${other}.orValue({}) && ${one}.orValue({})[k] == ${other}.orValue({})[k])`;

function capOfRule(rule: FieldRule, now: string, before: string): string {
  switch (rule.becomes) {
    case 'mark':
      return `${now}.orValue('') == ${quoted(rule.prefix)} + string(${generation})`;
    case 'unmarked':
      return `!${now}.hasValue() && ${before}.orValue('') == ${quoted(rule.prefix)} + string(${generation} - 1)`;
    case 'number': {
      const within = (value: string, [least, most]: readonly [number, number]) =>
        `${value}.orValue(1) >= ${least} && ${value}.orValue(1) <= ${most}`;
      return `${within(before, rule.from)} && ${within(now, rule.to)}`;
    }
    case 'quantity':
      return `(!${now}.hasValue() || quantity(string(${now}.value())).compareTo(quantity(${quoted(rule.most)})) <= 0)`;
    case 'labels':
      return `${now}.orValue({}).size() >= 1 && ${now}.orValue({}).size() <= ${rule.most}`;
    case 'fewer':
      return within(now, before);
    case 'more':
      return within(before, now);
    case 'shorter':
      return shorter(now, before, rule.most);
    case 'longer':
      return shorter(before, now, rule.most);
    case 'entry': {
      const [texts, were] = [`${now}.orValue({})`, `${before}.orValue({})`];
      const other = `${texts}.filter(k, ${texts}[k] != ${were}[k])`;
      const longer = `${texts}[k].size() - ${were}[k].size()`;
      return [
        `${texts}.all(k, k in ${were}) && ${were}.all(k, k in ${texts})`,
        `${other}.size() <= 1`,
        `${other}.all(k, ${longer} <= ${rule.most} && ${longer} >= -${rule.most})`,
      ].join(' && ');
    }
    case 'one-entry': {
      const [texts, were] = [`${now}.orValue({})`, `${before}.orValue({})`];
      const other = `${texts}.filter(k, !(k in ${were}) || ${texts}[k] != ${were}[k])`;
      return `${other}.size() + ${were}.filter(k, !(k in ${texts})).size() <= 1`;
    }
    case 'image':
      return `${now}.orValue('').${repository} == ${before}.orValue('').${repository}`;
    case 'anything':
      return 'true';
  }
}

const switchOf = {
  restart: 'variables.mayRestart',
  workloads: 'variables.mayChange',
  services: 'variables.maySelect',
  configmaps: 'variables.mayConfigure',
  credentials: 'variables.mayHand',
} as const satisfies Readonly<Record<KubernetesUpdate['feature'], string>>;

/** An update of one of these objects changes these fields and nothing else, each as it may. */
function capOf({ feature, group, resources, fields }: KubernetesUpdate): string {
  return [
    `variables.asked in ${list(resources.map((resource) => `UPDATE ${group}/${resource}`))}`,
    switchOf[feature],
    ...capOfTree(treeOf(fields), 'object', 'oldObject'),
  ].join(' && ');
}

/**
 * Each change is an expression of its own: the API server's check of one grows by the square of its length, and all of
 * them in one took it longer than a request may.
 */
const updateVariables = changes.map((change, at) => ({ name: `update${at + 1}`, expression: capOf(change) }));

const saidOf = ({ fields }: KubernetesUpdate) => fields.map(({ path }) => path.join('.')).join(' with ');

const updates = [
  ...new Set(changes.flatMap(({ group, resources }) => resources.map((one) => `UPDATE ${group}/${one}`))),
];
const newJob = 'CREATE batch/jobs';
const endedJob = 'DELETE batch/jobs';
const newPolicy = 'CREATE networking.k8s.io/networkpolicies';
const newSecret = 'CREATE /secrets';
const endedSecret = 'DELETE /secrets';
const made = [newJob, endedJob, newPolicy, newSecret, endedSecret];
/** Jobs that run nothing: what they are called, for how long at most, and where they may be made; each once. */
const clocks = [
  ...makings.map(({ prefix, mostSeconds }) => ({ prefix, mostSeconds, may: 'variables.mayConnect' })),
  ...keepings.map(({ clock, mostSeconds }) => ({ prefix: clock, mostSeconds, may: 'variables.mayHand' })),
].filter((one, at, every) => every.findIndex((other) => isDeepStrictEqual(one, other)) === at);

/** Names of Jobs that may be made, and where. */
const jobNames = [...clocks, ...runnings.map(({ runs }) => ({ prefix: runs, may: 'variables.mayFetch' }))];

/** Nobody else may keep it alive, and it belongs to nobody. */
const loose = '!has(object.metadata.finalizers) && !has(object.metadata.labels)';

/** A Job that never runs anything and that the cluster ends: no Pod, a deadline, gone at once after it. */
function capOfJob({ mostSeconds }: Pick<KubernetesMaking, 'mostSeconds'>): string {
  const spec = (field: string, other: string) => `object.spec[?'${field}'].orValue(${other})`;
  const pod = (field: string) => `object.spec.template.spec[?'${field}']`;
  return [
    `${spec('parallelism', '1')} == 0`,
    `${spec('activeDeadlineSeconds', '0')} >= 1 && ${spec('activeDeadlineSeconds', '0')} <= ${mostSeconds}`,
    `${spec('ttlSecondsAfterFinished', '1')} == 0`,
    `!${spec('suspend', 'false')}`,
    '!has(object.metadata.ownerReferences)',
    loose,
    // Whoever could raise `parallelism` afterwards would find nothing worth running.
    `${pod('serviceAccountName')}.orValue('') == '' && ${pod('volumes')}.orValue([]).size() == 0`,
    `!${pod('hostNetwork')}.orValue(false) && !${pod('hostPID')}.orValue(false)`,
    "object.spec.template.spec.containers.all(c, c.image == 'nothing.invalid/nothing')",
  ].join(' && ');
}

/** A text of CEL: its escapes are those of JSON. */
const text = (one: string) => JSON.stringify(one);

/** A Job that runs this one program on the one claim, with an image of the one repository, and nothing beside it. */
function capOfRunning({
  mostSeconds,
  keptSeconds,
  command,
  variables,
  pinned,
  mountedAt,
}: KubernetesRunning) {
  const spec = (field: string, other: string) => `object.spec[?'${field}'].orValue(${other})`;
  const pod = 'object.spec.template.spec';
  const only = (map: string, keys: readonly string[]) => `${map}.all(k, k in ${list(keys)})`;
  const has = (at: string, field: string, other: string) => `${at}[?'${field}'].orValue(${other})`;
  const value = (name: string) => `e.name != ${quoted(name)} || e[?'value'].orValue('')`;
  return [
    `${spec('parallelism', '1')} == 1 && ${spec('completions', '1')} == 1 && ${spec('backoffLimit', '6')} == 0`,
    `${spec('activeDeadlineSeconds', '0')} >= 1 && ${spec('activeDeadlineSeconds', '0')} <= ${mostSeconds}`,
    `has(object.spec.ttlSecondsAfterFinished) && object.spec.ttlSecondsAfterFinished <= ${keptSeconds}`,
    `!${spec('manualSelector', 'false')} && !has(object.metadata.ownerReferences)`,
    '!has(object.metadata.finalizers)',
    // What the server itself writes: whoever selects Pods by other labels selects none of these.
    `${only("object.metadata[?'labels'].orValue({})", jobLabels)} && ${only("object.spec.template[?'metadata'][?'labels'].orValue({})", jobLabels)}`,
    only(pod, podFields),
    `${has(pod, 'restartPolicy', "''")} == 'Never' && ${has(pod, 'automountServiceAccountToken', 'true')} == false`,
    `${pod}.volumes.size() == 1 && ${pod}.volumes.all(v, ${only('v', ['name', 'persistentVolumeClaim'])} && v.persistentVolumeClaim.claimName == variables.modelClaim)`,
    `${pod}.containers.size() == 1 && ${pod}.containers.all(c, ${[
      only('c', containerFields),
      `c.image.${repository} == variables.modelImage`,
      `c.command == [${command.map(text).join(', ')}]`,
      `${list(variables)}.all(n, c.env.exists_one(e, e.name == n)) && c.env.all(e, ${[
        `e.name in ${list(variables)} && ${only('e', ['name', 'value'])}`,
        `(${value(pinned.url)} == variables.modelUrl) && (${value(pinned.sha256)} == variables.modelSha256)`,
      ].join(' && ')})`,
      `c.volumeMounts.size() == 1 && c.volumeMounts.all(m, m.mountPath == ${quoted(mountedAt)} && !has(m.mountPropagation) && !has(m.subPathExpr))`,
      [
        only("c[?'securityContext'].orValue({})", [
          ...['allowPrivilegeEscalation', 'readOnlyRootFilesystem', 'capabilities'],
        ]),
        "!c[?'securityContext'][?'allowPrivilegeEscalation'].orValue(true)",
        "c[?'securityContext'][?'readOnlyRootFilesystem'].orValue(false)",
        "c[?'securityContext'][?'capabilities'][?'drop'].orValue([]) == ['ALL'] && c[?'securityContext'][?'capabilities'][?'add'].orValue([]) == []",
      ].join(' && '),
    ].join(' && ')})`,
    only(`${pod}[?'securityContext'].orValue({})`, [
      ...['runAsUser', 'runAsGroup', 'runAsNonRoot', 'fsGroup', 'fsGroupChangePolicy', 'supplementalGroups'],
      ...['seLinuxOptions', 'seccompProfile'],
    ]),
    `${pod}[?'securityContext'][?'seccompProfile'][?'type'].orValue('Unconfined') != 'Unconfined'`,
  ].join(' && ');
}
const jobLabels = [
  ...['controller-uid', 'job-name', 'batch.kubernetes.io/controller-uid', 'batch.kubernetes.io/job-name'],
];
/** Those that the bot sets, and those that the server fills in; none is another container, account, host or network. */
const podFields = [
  ...['restartPolicy', 'automountServiceAccountToken', 'enableServiceLinks', 'terminationGracePeriodSeconds'],
  ...[
    'securityContext',
    'affinity',
    'tolerations',
    'imagePullSecrets',
    'runtimeClassName',
    'priorityClassName',
  ],
  ...['containers', 'volumes', 'dnsPolicy', 'schedulerName'],
];
const containerFields = [
  ...['name', 'image', 'imagePullPolicy', 'command', 'env', 'resources', 'securityContext', 'volumeMounts'],
  ...['terminationMessagePath', 'terminationMessagePolicy'],
];

/** By one Job of that name, and nothing else. */
const ownedBy = (prefix: string, and: string) =>
  `object.metadata[?'ownerReferences'].orValue([]).size() == 1 && object.metadata.ownerReferences.all(o, o.apiVersion == 'batch/v1' && o.kind == 'Job' && o.name.startsWith(${quoted(prefix)}) && ${and})`;

/** The Secret of the agents: of the platform's none is made. */
const named = "request.name in variables.agentWorkloads['secrets']";
const annotations = "object.metadata[?'annotations'].orValue({})";
const entries = "object[?'data'].orValue({})";

/** A Secret of no kind that anything acts upon: what keeps two values until its Job ends, or the one that was missing. */
const plainSecret = `object[?'type'].orValue('Opaque') == 'Opaque' && ${loose}`;

const keptHere = ({ place, kept }: KubernetesKeeping) =>
  `request.namespace == variables.${place} && request.name == ${quoted(kept)}`;
const namedHere = ({ place }: KubernetesKeeping) => `request.namespace == variables.${place} && ${named}`;

function capsOfSecret(keeping: KubernetesKeeping): readonly string[] {
  const { clock, madeBy } = keeping;
  const keeps = [
    keptHere(keeping),
    ownedBy(clock, 'true'),
    `${annotations}.all(k, k.startsWith('aetherius.io/'))`,
    `${entries}.all(k, k in ['before', 'after'])`,
  ];
  const wasMissing = [
    namedHere(keeping),
    '!has(object.metadata.ownerReferences)',
    `${annotations}.all(k, k == ${quoted(madeBy ?? '')})`,
    `${entries}.size() == 1`,
  ];
  return [keeps, ...(madeBy === undefined ? [] : [wasMissing])].map((all) => `(${all.join(' && ')})`);
}

/** What keeps values, and what was made because it was missing. */
const capsOfEndedSecret = (keeping: KubernetesKeeping): readonly string[] => [
  `(${keptHere(keeping)})`,
  ...(keeping.madeBy === undefined
    ? []
    : [
        `(${namedHere(keeping)} && ${quoted(keeping.madeBy)} in oldObject.metadata[?'annotations'].orValue({}))`,
      ]),
];

const keptNames = keepings.map(({ kept }) => kept).join(' and ');

/** One port of Pods with these labels for Pods with those, in one direction; owned by such a Job, of the same name. */
function capOfPolicy({ prefix }: KubernetesMaking): string {
  const someLabels = (selector: string) =>
    `${selector}[?'matchLabels'].orValue({}).size() >= 1 && ${selector}[?'matchExpressions'].orValue([]).size() == 0`;
  const one = (list: string, peers: string) =>
    `object.spec[?'${list}'].orValue([]).all(r, r[?'${peers}'].orValue([]).size() == 1 && r.${peers}.all(p, !has(p.ipBlock) && !has(p.namespaceSelector) && has(p.podSelector) && ${someLabels('p.podSelector')}) && r[?'ports'].orValue([]).size() == 1 && r.ports.all(p, has(p.port) && type(p.port) == int && !has(p.endPort)))`;
  const size = (list: string) => `object.spec[?'${list}'].orValue([]).size()`;
  return [
    loose,
    ownedBy(prefix, "(object.metadata.name == o.name + '-in' || object.metadata.name == o.name + '-out')"),
    someLabels('object.spec.podSelector'),
    `object.spec.policyTypes.size() == 1 && ${size('ingress')} + ${size('egress')} == 1`,
    one('ingress', 'from'),
    one('egress', 'to'),
  ].join(' && ');
}

const exec = 'CONNECT /pods/exec';
const debug = 'UPDATE /pods/ephemeralcontainers';
/** A question about our own rights is a request to create one, and is kept nowhere. */
const question = 'CREATE authorization.k8s.io/selfsubjectaccessreviews';

/** As the debug container of the bot is made: no user, no volume, no secret, nothing of the Pod's own. */
const isDebugContainer = [
  "c.name.startsWith('aetherius-debug-')",
  'c.image in variables.debugImages',
  "c[?'securityContext'][?'runAsUser'].orValue(0) == 65534",
  "c[?'securityContext'][?'readOnlyRootFilesystem'].orValue(false)",
  "!c[?'securityContext'][?'allowPrivilegeEscalation'].orValue(true)",
  "!c[?'securityContext'][?'privileged'].orValue(false)",
  "c[?'securityContext'][?'capabilities'][?'drop'].orValue([]) == ['ALL']",
  "c[?'securityContext'][?'capabilities'][?'add'].orValue([]) == []",
  "['env', 'envFrom', 'volumeMounts', 'volumeDevices'].all(k, !(k in c) || c[k].size() == 0)",
  "!c[?'stdin'].orValue(false)",
].join(' && ');

/** A denial is answered as a right that is missing, and not as an object that is wrong. */
const validationsOf = (rules: readonly { readonly expression: string; readonly message: string }[]) =>
  rules.map((rule) => ({ ...rule, reason: 'Forbidden' }));

/** What holds wherever it is installed and the chart takes as it is; `updates` are variables that need all others. */
export const policyRules = {
  variables: [
    {
      name: 'asked',
      expression:
        "request.operation + ' ' + request.resource.group + '/' + request.resource.resource + (request.?subResource.orValue('') == '' ? '' : '/' + request.subResource)",
    },
  ],
  updates: updateVariables,
  validations: validationsOf([
    {
      expression: `variables.asked in ${list([...updates, ...made, debug, exec, question])}`,
      message: 'the bot changes no object of this kind, and creates and deletes none',
    },
    {
      expression: `!(variables.asked in ${list([newJob, endedJob])}) || ${jobNames.map(({ prefix, may }) => `(${may} && request.name.startsWith(${quoted(prefix)}))`).join(' || ')}`,
      message: `the bot makes and deletes only Jobs that are named ${jobNames.map(({ prefix }) => `${prefix}…`).join(' or ')}, each where it may`,
    },
    ...clocks.map(({ prefix, mostSeconds }) => ({
      expression: `variables.asked != ${quoted(newJob)} || !request.name.startsWith(${quoted(prefix)}) || (${capOfJob({ mostSeconds })})`,
      message: `the bot makes only Jobs that run nothing and end within ${mostSeconds} seconds`,
    })),
    ...runnings.map((running) => ({
      expression: `variables.asked != ${quoted(newJob)} || !request.name.startsWith(${quoted(running.runs)}) || (${capOfRunning(running)})`,
      message:
        'the bot runs only its own program, on the named claim and with an image of the named repository',
    })),
    ...makings.flatMap((making) => [
      {
        expression: `variables.asked != ${quoted(newPolicy)} || (variables.mayConnect && request.name.startsWith(${quoted(making.prefix)}))`,
        message: `the bot makes only what is named ${making.prefix}…, where it may let a connection through`,
      },
      {
        expression: `variables.asked != ${quoted(newPolicy)} || (${capOfPolicy(making)})`,
        message: 'the bot makes only policies that allow one port between Pods with labels, owned by its Job',
      },
    ]),
    {
      expression: `variables.asked != ${quoted(newSecret)} || (variables.mayHand && ${plainSecret} && (${keepings.flatMap(capsOfSecret).join(' || ')}))`,
      message: `the bot makes only the Secret that is missing, and ${keptNames} for a while`,
    },
    {
      expression: `variables.asked != ${quoted(endedSecret)} || (variables.mayHand && (${keepings.flatMap(capsOfEndedSecret).join(' || ')}))`,
      message: `the bot deletes only the Secret that it has made, and ${keptNames}`,
    },
    {
      expression: `!(variables.asked in ${list(updates)}) || (request.namespace == variables.platform && request.name in variables.workloads[request.resource.resource]) || (request.namespace == variables.agents && request.name in variables.agentWorkloads[request.resource.resource])`,
      message: 'the bot changes only what it was given by name',
    },
    {
      expression: `!(variables.asked in ${list([debug, exec])}) || (request.namespace == variables.platform && !request.name.startsWith(variables.own))`,
      message: 'the bot enters only Pods of the platform, and none of its own',
    },
    {
      expression: `!(variables.asked in ${list(updates)}) || ${updateVariables.map(({ name }) => `variables.${name}`).join(' || ')}`,
      message: `the bot changes nothing but ${[...new Set(changes.map(saidOf))].join('; ')}, each within its bounds`,
    },
    {
      expression: `variables.asked != ${quoted(exec)} || !(object.?stdin.orValue(false) || object.?tty.orValue(false))`,
      message: 'the bot runs single commands, and no session',
    },
    {
      expression: `variables.asked != ${quoted(debug)} || object.spec[?'ephemeralContainers'].orValue([]).all(c, c in oldObject.spec[?'ephemeralContainers'].orValue([]) || (${isDebugContainer}))`,
      message: 'the bot adds only its own debug container, without rights, secrets or volumes',
    },
  ]),
};

const toldKeys = [
  ...(['platform', 'workloads', 'agents', 'agentWorkloads', 'own', 'debugImages'] as const),
  ...(['mayRestart', 'mayChange', 'maySelect', 'mayConfigure', 'mayConnect', 'mayHand'] as const),
  ...(['mayFetch', 'modelImage', 'modelClaim', 'modelUrl', 'modelSha256'] as const),
] as const;

/** The policy with its binding, ready for `kubectl apply -f -`. */
export function policyYaml(name: string, told: Told): string {
  const policy = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ['*'],
            apiVersions: ['*'],
            operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
            resources: ['*/*'],
          },
        ],
      },
      matchConditions: [{ name: 'by-the-bot', expression: `request.userInfo.username == ${told.account}` }],
      variables: [
        ...policyRules.variables,
        ...toldKeys.map((name) => ({ name, expression: told[name] })),
        ...policyRules.updates,
      ],
      validations: policyRules.validations,
    },
  };
  const binding = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'] },
  };
  return `${stringify(policy, { lineWidth: 0 })}---\n${stringify(binding, { lineWidth: 0 })}`;
}

const kinds = ['deployments', 'statefulsets', 'daemonsets', 'services', 'configmaps', 'secrets'] as const;

function mapOf(lists: Readonly<Record<(typeof kinds)[number], readonly string[]>>): string {
  return `{${kinds.map((kind) => `${quoted(kind)}: ${list(lists[kind])}`).join(', ')}}`;
}

/** The policy of the files without Helm, and what the chart makes its own of. */
export function policyFiles(): readonly (readonly [string, string])[] {
  const note = '# Generated by `npm run docs` from what the remediations say they change.';
  const plain = policyYaml('aetherius-bot', {
    account: quoted('system:serviceaccount:aetherius:aetherius-bot'),
    platform: quoted('aetherius'),
    workloads: mapOf(rightNames('platform', asInGuide)),
    agents: quoted('kube-system'),
    agentWorkloads: mapOf(rightNames('agents', asInGuide)),
    own: quoted('aetherius-bot'),
    debugImages: '[]',
    mayRestart: 'true',
    mayChange: 'false',
    maySelect: 'false',
    mayConfigure: 'false',
    mayConnect: 'false',
    mayHand: 'false',
    mayFetch: 'false',
    modelImage: "''",
    modelClaim: "''",
    modelUrl: "''",
    modelSha256: "''",
  });
  return [
    [
      'deploy/rbac/policy.yaml',
      `${note} Caps what the worker's account may change, whatever its roles allow.\n# \`debugImages\`: the image of \`debugImage\`, where debug containers are wanted.\n# \`mayChange\`: \`true\` with workloads.yaml. \`maySelect\`: \`true\` with services.yaml.\n# \`mayConfigure\`: \`true\` with configmaps.yaml.\n# \`mayConnect\`: \`true\` with connections.yaml, which this file is needed for: alone it would let any Pod run.\n# \`mayHand\`: \`true\` in the agents' namespace with agents/credentials.yaml, in the platform's with credentials.yaml, for the same reason.\n# \`mayFetch\`: \`true\` with models.yaml, for the same reason; \`modelImage\`: the repository of reasoning-service's image, without tag and digest; \`modelClaim\`: the claim that holds its model; \`modelUrl\`, \`modelSha256\`: those of \`model\` in the configuration.\n${plain}`,
    ],
    [
      'deploy/helm/aetherius-bot/policy.yaml',
      `${note} templates/policy.yaml reads it.\n${stringify(policyRules, { lineWidth: 0 })}`,
    ],
  ];
}
