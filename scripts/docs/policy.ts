import { stringify } from 'yaml';
import type { FieldRule, KubernetesChange, Remediation } from '../../src/domain/fix/remediation.ts';
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
}

/** Several remediations restart in the same way. */
const changes = [
  ...new Set(
    (remediations as readonly unknown[] as readonly Remediation[]).flatMap(
      (remediation) => remediation.changes ?? [],
    ),
  ),
];

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
const isRule = (node: Branch | FieldRule): node is FieldRule => typeof node['becomes'] === 'string';

function treeOf(fields: KubernetesChange['fields']): Branch {
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

/** One number in place of another: the longest that may be set has five digits. */
const mostLonger = 4;

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
    case 'entry': {
      const [texts, were] = [`${now}.orValue({})`, `${before}.orValue({})`];
      const other = `${texts}.filter(k, ${texts}[k] != ${were}[k])`;
      const longer = `${texts}[k].size() - ${were}[k].size()`;
      return [
        `${texts}.all(k, k in ${were}) && ${were}.all(k, k in ${texts})`,
        `${other}.size() <= 1`,
        `${other}.all(k, ${longer} <= ${mostLonger} && ${longer} >= -${mostLonger})`,
      ].join(' && ');
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
} as const satisfies Readonly<Record<KubernetesChange['feature'], string>>;

/** An update of one of these objects changes these fields and nothing else, each as it may. */
function capOf({ feature, group, resources, fields }: KubernetesChange): string {
  return [
    `variables.asked in ${list(resources.map((resource) => `UPDATE ${group}/${resource}`))}`,
    switchOf[feature],
    ...capOfTree(treeOf(fields), 'object', 'oldObject'),
  ].join(' && ');
}

const saidOf = ({ fields }: KubernetesChange) => fields.map(({ path }) => path.join('.')).join(' with ');

const updates = [
  ...new Set(changes.flatMap(({ group, resources }) => resources.map((one) => `UPDATE ${group}/${one}`))),
];
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

/** What holds wherever it is installed; `variables.asked` and these rules are all that the chart takes as it is. */
export const policyRules = {
  variables: [
    {
      name: 'asked',
      expression:
        "request.operation + ' ' + request.resource.group + '/' + request.resource.resource + (request.?subResource.orValue('') == '' ? '' : '/' + request.subResource)",
    },
  ],
  validations: [
    {
      expression: `variables.asked in ${list([...updates, debug, exec, question])}`,
      message: 'the bot changes no object of this kind, and creates and deletes none',
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
      expression: `!(variables.asked in ${list(updates)}) || ${changes.map((change) => `(${capOf(change)})`).join(' || ')}`,
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
  ],
};

const toldKeys = [
  ...(['platform', 'workloads', 'agents', 'agentWorkloads', 'own', 'debugImages'] as const),
  ...(['mayRestart', 'mayChange', 'maySelect', 'mayConfigure'] as const),
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
      variables: [...policyRules.variables, ...toldKeys.map((name) => ({ name, expression: told[name] }))],
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

const kinds = ['deployments', 'statefulsets', 'daemonsets', 'services', 'configmaps'] as const;

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
  });
  return [
    [
      'deploy/rbac/policy.yaml',
      `${note} Caps what the worker's account may change, whatever its roles allow.\n# \`debugImages\`: the image of \`debugImage\`, where debug containers are wanted.\n# \`mayChange\`: \`true\` with workloads.yaml. \`maySelect\`: \`true\` with services.yaml.\n# \`mayConfigure\`: \`true\` with configmaps.yaml.\n${plain}`,
    ],
    [
      'deploy/helm/aetherius-bot/policy.yaml',
      `${note} templates/policy.yaml reads it.\n${stringify(policyRules, { lineWidth: 0 })}`,
    ],
  ];
}
