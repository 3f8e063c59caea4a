import { stringify } from 'yaml';
import {
  asQuestions,
  chartValue,
  nodeEventsNamespace,
  type RightFeature,
  type RightNames,
  type RightPlace,
  type RightQuestion,
  type RuleRight,
  rightFeatures,
  rightNames,
  rightsAt,
  roleName,
  roleRules,
} from '../../domain/fix/rights.ts';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import type { KubernetesTarget } from '../../domain/probe/targets/kubernetes.ts';
import type { Check } from '../../domain/settings/doctor.ts';
import type { EnvironmentConfig } from '../../domain/settings/environment.ts';
import { type KubeLogins, loadKubeAccess } from '../targets/kubernetes/kube-config.ts';
import { createKubernetesTarget } from '../targets/kubernetes/kubernetes.ts';
import { addressIn } from '../targets/network/address.ts';

/** Asks the API server for every right, verb by verb; what is missing is printed as a role to apply. */
export async function examineKubernetes(
  environment: string,
  config: EnvironmentConfig,
  account: { readonly name: string; readonly namespace: string },
  logins: KubeLogins,
): Promise<readonly Check[]> {
  const { runtime } = config;
  if (runtime.kind !== 'kubernetes')
    return [{ area: 'kubernetes', key: 'kubernetes.none', state: 'skipped', facts: { environment } }];
  const { namespace, agentNamespace, kubeconfig, context } = runtime;
  const settings = { namespace, agentNamespace, ...present({ kubeconfig, context }) };
  const target = createKubernetesTarget(settings, undefined, logins);
  const features = rightFeatures.filter(
    (feature) =>
      (feature !== 'secrets' || usesSecrets(config)) &&
      (feature !== 'debug' || runtime.debugImage !== undefined) &&
      // Without its name nothing is fetched.
      (feature !== 'models' || config.model !== undefined),
  );
  const places: readonly [RightPlace, string][] = [
    ['platform', runtime.namespace],
    ['agents', runtime.agentNamespace],
    ['node-events', nodeEventsNamespace],
  ];
  try {
    const checks = await Promise.all(
      places.map(([place, namespace]) =>
        examinePlace({
          ...{ environment, place, namespace, features, target, account },
          names: rightNames(place, config.platform),
        }),
      ),
    );
    const { server } = await loadKubeAccess(settings, logins);
    const at = addressIn(server.href);
    return checks.flat().map((check) => ({ ...check, ...present({ at }) }));
  } catch (error) {
    if (!isKubeconfigFault(error)) throw error;
    const { path = '', detail = '' } = error.facts;
    const facts = { environment, path, detail };
    return [{ area: 'kubernetes', key: 'kubernetes.kubeconfig', state: 'failed', facts }];
  }
}

/** Nothing was asked: who we are towards the API server cannot even be told. */
function isKubeconfigFault(error: unknown): error is AppError {
  return error instanceof AppError && String(error.facts.reason).startsWith('kubeconfig-');
}

interface Place {
  readonly environment: string;
  readonly place: RightPlace;
  readonly namespace: string;
  readonly features: readonly RightFeature[];
  readonly names: RightNames;
  readonly target: Pick<KubernetesTarget, 'can'>;
  readonly account: { readonly name: string; readonly namespace: string };
}

async function examinePlace(where: Place): Promise<readonly Check[]> {
  const { environment, namespace } = where;
  const questions = asQuestions(rightsAt(where.place, where.features), namespace, where.names);
  try {
    const answers = await Promise.all(
      questions.map(async (question) => {
        const { verb, resource, group, subresource, name } = question;
        const allowed = await where.target.can(verb, resource, namespace, {
          group,
          ...present({ subresource, name }),
        });
        return { question, allowed };
      }),
    );
    const missing = answers.filter((answer) => !answer.allowed).map((answer) => answer.question);
    if (missing.length === 0)
      return [
        {
          area: 'kubernetes',
          key: 'kubernetes.rights',
          state: 'ok',
          facts: { environment, namespace, rights: questions.length },
        },
      ];
    return where.features.flatMap((feature) => {
      const lacking = missing.filter((question) => question.feature === feature);
      return lacking.length === 0 ? [] : [missingRights(where, feature, lacking)];
    });
  } catch (error) {
    if (isKubeconfigFault(error)) throw error;
    const stage =
      error instanceof TargetError ? error.stage : error instanceof AppError ? error.code : 'error';
    return [
      {
        area: 'kubernetes',
        key: 'kubernetes.unreachable',
        state: 'failed',
        facts: { environment, namespace, reason: stage },
      },
    ];
  }
}

function missingRights(where: Place, feature: RightFeature, lacking: readonly RightQuestion[]): Check {
  const whole = ({ resource, subresource }: RightQuestion) =>
    subresource === undefined ? resource : `${resource}/${subresource}`;
  // The whole role, because applying it replaces the one that is there.
  const rights = rightsAt(where.place, [feature]);
  return {
    area: 'kubernetes',
    key: 'kubernetes.missing',
    // Health of the platform is what the product is for; the rest can be done without.
    state: feature === 'health' && where.place === 'platform' ? 'failed' : 'warning',
    facts: {
      environment: where.environment,
      namespace: where.namespace,
      feature,
      allowedBy: chartValue(feature, where.place),
      missing: lacking
        .map(
          (one) =>
            `${one.verb} ${whole(one)}${one.group === '' ? '' : `.${one.group}`}${one.name === undefined ? '' : `/${one.name}`}`,
        )
        .join(', '),
    },
    remedy: roleYaml(roleName(feature, where.place), where.namespace, rights, where.names, where.account),
  };
}

/** A Role with its binding, ready for `kubectl apply -f -`. */
export function roleYaml(
  name: string,
  namespace: string,
  rights: readonly RuleRight[],
  names: RightNames,
  account: { readonly name: string; readonly namespace: string },
): string {
  const metadata = { name, namespace };
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata,
    rules: roleRules(rights, names),
  };
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name: account.name, namespace: account.namespace }],
  };
  return `${stringify(role, { lineWidth: 0 })}---\n${stringify(binding, { lineWidth: 0 })}`;
}

function usesSecrets(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if ('kind' in value && value.kind === 'kubernetes' && 'source' in value) return true;
  return Object.values(value).some(usesSecrets);
}
