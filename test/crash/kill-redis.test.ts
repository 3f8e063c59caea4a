import { describe } from 'vitest';
import { testKilling } from './run-kill.ts';

describe('kill -9 of Redis', () => testKilling('Redis'));
