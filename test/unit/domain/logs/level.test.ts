import { describe, expect, it } from 'vitest';
import { createLogAnalysis } from '../../../../src/domain/logs/analysis.ts';
import type { LogReport } from '../../../../src/domain/logs/report.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';

function reportOf(text: string): LogReport {
  const analysis = createLogAnalysis({
    ...{ query: { level: 'debug' }, now: Date.UTC(2026, 10, 12, 9) },
    ...{ platform: asInGuide, redact: (given) => given },
  });
  const input = analysis.source('app');
  input.text(text);
  input.end();
  return analysis.report();
}

const stamp = '2026-11-12 08:00:00';

describe('what programs write as a level', () => {
  it.each([
    ['fatal', 'FATA[0012] cannot go on    code=7'],
    ['error', 'ERRO[0003] not stored      id=12'],
    ['warning', 'WARN[2026-11-12T08:00:00Z] slow'],
    ['info', 'INFO[0000] error handling is ready'],
    ['error', 'fail: Microsoft.AspNetCore.Server.Kestrel[13]\n      Connection id "0HN" was reset'],
    ['fatal', 'crit: App.Worker[0]\n      The host ends'],
    ['info', 'info: Microsoft.Hosting.Lifetime[14]\n      Now listening on: http://[::]:8080'],
    ['error', '<3>disk sda1: write back'],
    ['warning', '<12>Nov 12 08:00:00 host app: slow'],
    ['info', '<30>1 2026-11-12T08:00:00Z host app 1 - - started'],
    ['fatal', '<2>power is lost'],
    ['error', `${stamp} [E] not stored`],
    ['warning', `[W] slow disk`],
    ['info', `[I] the error page is ready`],
    ['error', `${stamp} [错误] 数据库没有回答`],
    ['error', `${stamp} 错误 数据库没有回答`],
    ['error', '错误:  关系 "tasks" 不存在'],
    ['error', '严重: Servlet.service() for servlet threw'],
    ['fatal', '致命错误:  数据库系统正在启动'],
    ['warning', '【警告】内存不足'],
    ['warning', `${stamp} 警告: 连接较慢`],
    ['info', `${stamp} 信息: 已启动`],
    ['info', '日志:  检查点完成'],
    ['error', '{"time":"2026-11-12T08:00:00Z","path":"/v1","status":503}'],
    ['error', '{"level":"info","ts":1794470400,"msg":"request","status":502,"path":"/v1"}'],
    ['error', '{"level":"info","msg":"request","statusCode": "500"}'],
    ['info', '{"level":"info","ts":1794470400,"msg":"request","status":200,"bytes":503}'],
    ['info', '{"level":"info","msg":"x","result":{"status":500}}'],
    ['info', '{"msg":"request","status":404}'],
  ])('is %s: %s', (level, text) => {
    const { byLevel, entries } = reportOf(text);

    expect([entries, byLevel[level as keyof typeof byLevel]]).toEqual([1, 1]);
  });

  it('puts what .NET says below its category into the words of the entry', () => {
    const [group] = reportOf('fail: App.Db[2]\n      The pool is empty\n      at App.Db.Open()\n').groups;

    expect(group?.text).toBe('App.Db[2] The pool is empty');
  });
});

/** Lines of programs that are well; without a level, so that their words decide. */
const healthy = [
  'pool: errors=0 active=3',
  'done: 12 passed, failed=0',
  'failed: 0, passed: 812',
  'refused connections: 0',
  'connections refused=0 accepted=88',
  'timeout=30s retries=3',
  'using a timeout of 30s',
  'idle timeout: 300 seconds',
  'connect timeout 5s, read timeout 10 s',
  'errors: none',
  'errors: []',
  'lastError: null',
  'last_error=nil',
  'error rate: 0.00%',
  'error_count 0',
  '{"requests":120,"errors":0,"failed":0}',
  'exceptions: 0',
  '0 failed, 0 errors, 0 timeouts',
  'zero failures so far',
  'no error since the start',
  'finished without failures',
  'checks: 4 ok, 0 failed checks',
  'failed requests (0)',
  'unreachable: 0',
  'writes to error.log and access.log',
  'error_log /var/log/nginx/error.log',
  'GET /errors/list 200',
  '"GET /failed-jobs HTTP/1.1" 200 12',
  'log level: error',
  'loglevel=error format=json',
  'started with --fail-on-error --timeout 30s',
  'the error handler is registered',
  'error reporting is on',
  '错误数：0 请求数：120',
  '没有错误',
  '失败：0，成功：88',
  '超时时间：30秒',
  'warnings: 0',
];

const faulty = [
  'errors=3',
  'failed: 12',
  'refused connections: 7',
  'timeout after 30s',
  'timeout=30s exceeded',
  'request timed out',
  'error: cannot open the file',
  'failed to store the event, retries=0',
  'connection refused',
  'error rate: 12.5%',
  'the error handler failed',
  '数据库连接失败',
  '错误数：7',
  '请求超时',
];

describe('a line without a level', () => {
  it.each(healthy)('tells of no fault: %s', (text) => {
    expect(reportOf(`${stamp} ${text}`).byLevel.info).toBe(1);
    expect(reportOf(text).byLevel.info).toBe(1);
  });

  it.each(faulty)('tells of one: %s', (text) => {
    expect(reportOf(`${stamp} ${text}`).byLevel.error).toBe(1);
    expect(reportOf(text).byLevel.error).toBe(1);
  });
});
