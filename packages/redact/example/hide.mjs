import { createRedactor } from '@aetherius/redact';
import { maintainedRules } from '@aetherius/redact/secretlint';

const redactor = createRedactor({ known: ['blue-Heron-41'], ruleSets: [maintainedRules()] });

console.log(redactor.text('connecting to postgres://app:hunter2@db:5432/app'));
console.log(redactor.text('the login of the night shift is blue-Heron-41'));
console.log(redactor.value({ user: 'app', password: 'hunter2', port: 5432 }));
console.log(redactor.counts());
