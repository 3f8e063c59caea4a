/**
 * Each worker has a lab of its own, and none that of `npm run lab`: what one file starts, another one must not stop. The
 * campaign beside them has number 0, and suites that run side by side have other numbers (`vitest.config.ts`).
 */
const first = Number(process.env.AETHERIUS_LAB_FIRST ?? '1');
const worker = Number(process.env.VITEST_POOL_ID ?? '1');
process.env.AETHERIUS_LAB_INSTANCE ??= String(first + worker - 1);
