/**
 * Each worker has a lab of its own, and none that of `npm run lab`: what one file starts, another one must not stop, and
 * the campaign beside them has number 0.
 */
process.env['AETHERIUS_LAB_INSTANCE'] ??= process.env['VITEST_POOL_ID'] ?? '1';
