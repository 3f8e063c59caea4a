import { stringify } from 'yaml';
import type { KubernetesChange, Remediation } from '../../src/domain/fix/remediation.ts';
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
}

const changes = (remediations as readonly unknown[] as readonly Remediation[]).flatMap(
  (remediation) => remediation.changes ?? [],
);

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

const inside = (object: string, path: readonly string[]) =>
  path.length === 0 ? object : `${object}${path.map((key) => `[?${quoted(key)}]`).join('')}.orValue({})`;

/** An update of one of these objects changes this field and nothing else, to this value. */
function capOf({ group, resources, field, to }: KubernetesChange): string {
  const leaf = field.at(-1) ?? '';
  const value = `${inside('object', field.slice(0, -1))}[?${quoted(leaf)}]`;
  return [
    `variables.asked in ${list(resources.map((resource) => `UPDATE ${group}/${resource}`))}`,
    `${value}.orValue('') == ${quoted(to.prefix)} + string(oldObject.metadata.${to.counter})`,
    sameBut('object.metadata', 'oldObject.metadata', [...written, 'annotations']),
    sameBut(
      inside('object', ['metadata', 'annotations']),
      inside('oldObject', ['metadata', 'annotations']),
      writtenAnnotations,
    ),
    ...field.map((key, depth) =>
      sameBut(inside('object', field.slice(0, depth)), inside('oldObject', field.slice(0, depth)), [
        key,
        ...(depth === 0 ? ['metadata'] : []),
      ]),
    ),
  ].join(' && ');
}

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
      message: 'the bot changes only the workloads that it was given by name',
    },
    {
      expression: `!(variables.asked in ${list([debug, exec])}) || (request.namespace == variables.platform && !request.name.startsWith(variables.own))`,
      message: 'the bot enters only Pods of the platform, and none of its own',
    },
    {
      expression: `!(variables.asked in ${list(updates)}) || ${changes.map((change) => `(${capOf(change)})`).join(' || ')}`,
      message: `the bot changes nothing but ${changes.map(({ field, to }) => `${field.join('.')}, to "${to.prefix}" with the ${to.counter} as it was`).join('; ')}`,
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
        ...(['platform', 'workloads', 'agents', 'agentWorkloads', 'own', 'debugImages'] as const).map(
          (key) => ({
            name: key,
            expression: told[key],
          }),
        ),
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

const kinds = ['deployments', 'statefulsets', 'daemonsets'] as const;

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
  });
  return [
    [
      'deploy/rbac/policy.yaml',
      `${note} Caps what the worker's account may change, whatever its roles allow.\n# \`debugImages\`: the image of \`debugImage\`, where debug containers are wanted.\n${plain}`,
    ],
    [
      'deploy/helm/aetherius-bot/policy.yaml',
      `${note} templates/policy.yaml reads it.\n${stringify(policyRules, { lineWidth: 0 })}`,
    ],
  ];
}
