const set = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/));

/** What logs say about a secret instead of showing it: `token: expired`. In lower case. */
export const statusWords = set(`
  expired expires expiring wrong invalid incorrect bad missing absent none null nil empty unset undefined unknown unchanged
  changed rotated revoked rejected denied refused refreshed renewed required optional present provided supplied given set
  found notfound ok okay valid validated verified unverified accepted failed failing failure success successful succeeded
  error errors enabled disabled enable disable on off yes no true false active inactive allowed forbidden unauthorized
  unauthenticated authenticated authorized mismatch mismatched matched match matches differs different same identical
  malformed corrupt corrupted unsupported supported deprecated obsolete stale fresh new old current default redacted hidden
  masked removed omitted filtered stripped sanitized sensitive confidential secret suppressed scrubbed loaded reloaded
  loading reading read written created deleted updated synced syncing pending waiting ready notready started starting
  stopped stopping closed open opened lost gone unavailable available unreachable timeout timedout cancelled canceled
  aborted skipped ignored ignoring unused used exhausted exceeded limited locked unlocked blocked unreadable readable
  cached uncached unknown unspecified specified configured unconfigured initialized uninitialized generated regenerated
  generating issued reissued acquired released obtained fetched fetching received sent stored saved persisted resolved
  unresolved validated unchecked checked encrypted decrypted unencrypted decoded encoded parsed short long weak strong
  leaked compromised reused duplicate duplicated unique external internal inherited static dynamic automatic manual auto
  file env environment kubernetes vault prompt ask never always once string text number integer boolean bool object array
  int varchar char str bytea bytes uuid json any type required optional nullable format opaque bearer basic digest negotiate
  eof same-origin cors passed done ntlm jwt oauth oauth2 oidc saml ldap kerberos token password tokens passwords secrets key cookie credentials identity anonymous
  yes no y n na n/a tbd todo fixme nan inf undefined void nothing something anything everything
  错误 无效 过期 已过期 失效 已失效 缺失 为空 空 正确 成功 失败 有效 无 没有 有 是 否 未设置 已设置 已更新 已隐藏 不正确 不存在 已脱敏 未知`);

/** Words that start or carry a sentence about a secret, so that what follows is no secret. In lower case. */
export const sentenceWords = set(`
  a an the this that these those it its is are was were be been being isn't wasn't has have had hasn't haven't must
  should shall can cannot can't could couldn't may might will won't would do does did don't didn't doesn't not never
  no any some each every all both either neither if when while until unless because since as than then else so but
  and or nor for in on at by to of from with without within into onto over under about after before between during
  failed failing unable illegal unexpected invalid expected unknown unsupported missing expired required requires need
  needs please try retry error cannot too more less least most only just already still yet again also using use via
  up down secrets connection there here what which who why how where you your we our they their see check verify ensure make provide provided
  enter specify contains contain includes include ends starts begins got`);

/** Words with which a sentence says something of a secret, wherever they stand in it. */
export const verdictWords = set(`
  is are was were isn't wasn't not never cannot can't couldn't invalid expired failed missing required unexpected
  malformed unable unsupported denied rejected forbidden unauthorized must should illegal incorrect wrong mismatch
  verification validation deadline refused timeout error unknown`);
