import { symptomModel } from '../diagnoses/symptom-model.ts';
import { connectionSuspects, symptomWords } from '../diagnoses/vocabulary.ts';
import { symptomOf } from '../domain/diagnosis/symptom.ts';
import { valueFault } from '../domain/fix/values.ts';
import { partIds } from '../domain/platform/part.ts';
import { partNamed } from '../domain/platform/part-names.ts';
import { asInGuide, type PlatformOf } from '../domain/platform/platform.ts';
import type { HandlerDeps } from '../handlers/deps.ts';
import { remediations } from '../remediations/index.ts';
import { choicesOf } from '../services/diagnosis/diagnose-here.service.ts';
import { createSymptomMatcher, type SymptomMatcher } from '../services/diagnosis/symptom-match.service.ts';
import { typed } from '../services/fix/propose/propose-run.service.ts';
import { isPartAsked } from '../services/logs/read-part.service.ts';
import { titlesOf } from '../text/titles.ts';
import { diagnoses } from './registries.ts';

let matcher: SymptomMatcher | undefined;

/** What people call the symptoms of the registry. To read the model takes a tenth of a second: it is read once. */
export function matcherOfSymptoms(): SymptomMatcher {
  matcher ??= createSymptomMatcher(symptomWords, connectionSuspects, symptomModel, titlesOf(diagnoses));
  return matcher;
}

/** What there is to ask for. Plain words are read as the worker will read them, before anything is started for them. */
export function catalogueOf(platforms: PlatformOf): HandlerDeps['catalogue'] {
  const symptoms = matcherOfSymptoms();
  const platformOf = (environment: string | undefined) =>
    environment === undefined ? asInGuide : platforms(environment);
  return {
    symptoms: diagnoses.map(({ id }) => id),
    parts: partIds.filter((part) => part !== 'runtime'),
    fixes: remediations.map(({ id }) => id),
    means(text, environment) {
      const cause = /^[a-z]\d+\.[a-z]$/i.exec(text.trim());
      if (cause !== null) return { ids: [text.trim().replace(/^./, (id) => id.toUpperCase())] };
      const symptom = symptomOf(text, diagnoses, symptoms, platformOf(environment));
      return symptom.kind === 'known' || symptom.kind === 'choose' ? symptom : undefined;
    },
    choices(text, environment) {
      const symptom = symptomOf(text, diagnoses, symptoms, platformOf(environment));
      return symptom.kind === 'choose' ? choicesOf(symptom, diagnoses) : [];
    },
    understand(text, environment) {
      const symptom = symptomOf(text, diagnoses, symptoms, platformOf(environment));
      if (symptom.kind === 'command') return symptom.command;
      if (symptom.kind === 'unknown') return undefined;
      return symptom.kind === 'known' ? 'symptom' : 'choice';
    },
    part: (name, environment) => isPartAsked(name, platformOf(environment)),
    partNamed: (name, environment) =>
      partIds.find((id) => id === name.toLowerCase()) ?? partNamed(name, platformOf(environment)),
    values(fix, args) {
      const remediation = remediations.find(({ id }) => id === fix);
      return remediation === undefined ? undefined : valueFault(remediation.params, typed(args));
    },
  };
}
