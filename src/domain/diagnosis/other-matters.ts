/** What a text says that asks for nothing here: of other products, of what is well, of what is over. */

const products =
  /\b(?:kafka|zookeeper|mysqld?|mariadb|percona|oracle|ora-\d+|sql ?server|mssql|sqlite|mongo(?:db)?|cassandra|couch(?:db|base)|dynamodb|clickhouse|elastic(?:search)?|opensearch|kibana|logstash|grafana|loki|influx(?:db)?|rabbitmq|rocketmq|activemq|pulsar|memcached?|etcd|consul|nacos|vault|keycloak|okta|ldap|active directory|kerberos|minio|ceph|hdfs|hadoop|spark|flink|airflow|jenkins|gitlab|github|bitbucket|argo ?cd|terraform|ansible|puppet|harbor|nexus|sonarqube|jira|confluence|wordpress|tomcat|apache|iis|sap|salesforce|outlook|excel|sharepoint|zoom|webex|skype|vpn|wi-?fi|printer|projector|(?<!\bfrom (?:my|the|our) )laptop|scanner|photoshop|gnome|kde|perl|php|ruby|haskell|cert[- ]?manager|cloudflare|cockroach(?:db)?|aurora|snowflake|s3(?= (?:access|bucket|upload|object|backup)| 上传)|amazonaws|smtp|imap|mailbox|powerpoint|redshift|bigquery|hive|hbase|netapp|vmware|citrix|cisco|celery|sidekiq|splunk|datadog|zabbix|new ?relic|netflix|spotify|android|ios app|xcode|maven|npm|bluetooth)\b|打印机|投影仪|邮箱|邮件|网盘|企业微信|钉钉|电脑|笔记本|官网|财务系统|支付系统|(?<!事件|处理)流水线|交换机|支付宝|安卓|蓝牙|酒店/giu;

/** Another product that the text names. */
export function foreignIn(text: string): boolean {
  // `MySQL`, and `KafkaConsumerLag`.
  return [text, text.replace(/(?<=\p{Ll})(?=\p{Lu})/gu, ' ')].some((one) => one.search(products) >= 0);
}

export function withoutForeign(text: string): string {
  return text.replace(products, ' ');
}

const bad =
  '(?:full|slow|stuck|down|broken|leak\\w*|restart(?:s|ing)?|crash\\w*|latency|lag|backlog|errors?|problems?|issues?|slow quer\\w+|high|late|delayed|blocked|dead|killed|inconsistent|timeouts?|memory leak|outage|incident|pending|locked|overloaded|unreachable|evict\\w*)';
/** Of what is missing, and so is the fault itself: "no slow log", "no restart policy". */
const missed =
  '(?! (?:query |error )?(?:log|logging|policy|policies|limits?|settings?|configured|set|metrics?|alerts?|monitoring)\\b)';
const well = new RegExp(
  [
    `\\b(?:not|no|no longer|isn't|aren't|never|without(?: \\bany)?|zero|hardly any) (?:an? |\\bany |too |so |that )?${bad}\\b${missed}`,
    `\\b(?:is|are|has|have)(?:n't| not) ${bad}\\b`,
    `\\bno \\w+(?: \\w+)? (?:is|are|was|were|gets?) ${bad}\\b`,
    `\\b(?:no longer|not)\\b(?:(?!\\b(?:beyond|past|going|get(?:s|ting)?|com(?:e|ing)|explain|show|tell|find|after)\\b)[^,;.]){0,24}\\b${bad}(?: \\bany ?more)?\\b`,
    "(?<!\\b(?:not|nothing is|isn't|aren't|never|un|(?:cannot|can't|not|never) (?:be|get|gets|getting|become|becomes|becoming)) ?)\\b(?:fine|ok|okay|healthy|all good|normal|back to normal|back up|recovered|fixed|solved|resolved|gone away|works (?:again|now|fine|well)|working again|up and running|(?<!over and |\\b(?:when|after|until|once|before)\\b[^,;.]{0,24})over(?! and over))(?= ?(?:now|again|today|here|there|already|since|$|[,;.!)]|and\\b(?! (?:later|then|after))|but\\b|thanks))",
    '(?<!\\b(?:no [\\w-]{1,20}|nobody|none|not) )\\b(?:has|have|had) (?:enough|plenty)\\b',
    '\\b(?:cpu|load|latency|lag|usage) (?:is|are|looks?|seems?) (?:very )?(?:low|good)(?= ?(?:now|again|today|$|[,;.!]))',
    '(?:CPU|负载|延迟|使用率|占用)(?:率)? ?(?:现在|已经?)?很?低(?:了)?$',
    '\\bstarted (?:fine|well)\\b|\\bwithout (?:errors?|problems?|issues?)\\b',
    '\\b(?:false alarm|never ?mind)\\b',
    `\\bnothing (?:is|was|looks|seems|gets?) ${bad}\\b`,
    // It came back, it is done, somebody mended it.
    "^(?:[,;.] ?)?(?:but |and |then )?(?:(?:it|they|everything|all of it|that|this)(?: has| have| had|\u2019s|'s)? |has |have )?(?:(?:is|are|was|were|been|just|already) )*(?:came|come|back|up|running|runs|alive|finished|completed|went through|gone through|caught up|recovered|healed)(?: (?:back|up|online|fine|well|again|now|since|by itself|on its own|meanwhile|today|then|already))*[.!]?$",
    '(?<!\\b(?:nobody|no one|not|never|who|once|when|until|after)\\b[^,;.]{0,12})\\b(?:fixed|solved|resolved|repaired|mended|cleared) (?:it|that|this|them)\\b',
    '\\b(?:is|are) not (?:the problem|to blame)\\b',
    '(?<!不|没有?|未|恢)(?:很|都|已经?|一切|完全|现在)?(?:正常|恢复)(?:了|正常)?(?!吗|不了|失败|不)',
    '(?<!有)没(?:有)?(?:内存|消息|事件|连接)?(?:问题|错误|异常|满|积压|堆积|慢查询|延迟|泄漏|泄露|卡|堵|淘汰|报错|故障)(?!吗|的?日志|告警规则)',
    '不是[^，。,]{1,12}的问题(?!吗)|和[^，。,]{1,12}(?:没关系|无关)(?!吗)|(?<!不)够用(?!吗)',
    '服务(?:都|已经?|又)?起来了$',
    '(?:现在|后来|已经?|又|都|自己)(?:跑完|清理(?:过|完)?|处理(?:过|完)?|执行完|完成|通|上线|连上|起来|回来)了?$',
    '不(?:再|是)?(?:重启|慢|卡|满|堵|崩溃|泄漏|泄露|超时)了?(?!吗)$',
    '(?:已经?|都)(?:好|修好|解决|恢复|降下|没事|修复)|修好了|没事了|解决了|好了$|误报',
  ].join('|'),
  'iu',
);
const lack = '\\b(?:no|without(?: any| an?)?|lacks?(?: any| an?)?|missing|(?:has|have|is|are) no)';
const lookedWith =
  '(?:logs?|logging|metrics?|monitoring|traces?|tracing|dashboards?|audit|profil(?:es?|ing))';
const isSet = '(?:polic(?:y|ies)|limits?|settings?|index(?:es)?|probes?|replicas?|backups?)';
const missingLook = new RegExp(
  `${lack} (?:[\\w-]+ ){0,2}?${lookedWith}\\b|没(?:有)?(?:慢|慢查询|错误|审计)?(?:日志|监控|指标|追踪)`,
  'iu',
);
const missingSetting = new RegExp(
  `${lack} (?:[\\w-]+ ){0,2}?${isSet}\\b|没(?:有)?(?:设置?)?\\p{Script=Han}{0,4}(?:策略|上限|限制|索引|探针|副本|备份|配置)`,
  'iu',
);

/** Of a text that says something is not there: what it is, and what else the text says. */
export interface Missing {
  readonly kind: 'look' | 'setting';
  readonly rest: string;
}

/**
 * What the text says is not there: something to look with ("no slow log in redis"), or something that is set ("no restart
 * policy"). Both are a complaint, not a report that all is well.
 */
export function missingIn(text: string): Missing | undefined {
  const kind = missingLook.test(text) ? 'look' : missingSetting.test(text) ? 'setting' : undefined;
  return kind && { kind, rest: text.replace(kind === 'look' ? missingLook : missingSetting, ' ') };
}

const trouble =
  /\b(?:fail\w*|errors?|problems?|issues?|trouble|wrong|broken|breaks?|crash\w*|dies|died|dead|lost|gone|missing|stuck|slow\w*|hang\w*|late|delay\w*|down|full|high|grow\w*|increas\w*|climb\w*|too (?:many|much|long|slow|big|small|few)|never|can(?:no|')t|won't|do(?:es)?n't|does not|did not|do not|no longer|not (?:ready|found|responding|available|working|accepted)|time[sd]? ?out\w*|timeouts?|reject\w*|refus\w*|denied|blocked|unhealthy|unknown|invalid|mismatch\w*|differs?|restart(?:s|ing)\b|exits?|quits?|aborts?|panics?|50[0234]|5xx|ignored|stale|corrupt\w*|leak\w*|limit|exhaust\w*|spik\w*|oom|kill\w*|pending|wait\w*|expired?|saturat\w*|evict\w*|lag\w*|backlog|duplicate\w*|inconsisten\w*|disagree\w*|old|outdated|out of|behind|nothing|nobody|none|no|not|empty|forever|ages|unschedulable|unauthori[sz]ed|exce\w+|overload\w*|busy|pile\w*|idle|deadlock\w*|unreachable|why|stop(?:s|ped)|drop(?:s|ped)?|eats?|burn(?:s|ing)|hogs?|rises?|rising|up and up|all the time|100(?: percent)?|disappear\w*|blank|flaps?|cut off|abort\w*|cancel\w*|overrid\w*|without effect|incompatible|taken|already in use|(?:in|after|for) minutes|minutes (?:late|later|to)|uses? (?:all|up|more and more)|different|overflow\w*|latency|locks|throttl\w*|defunct|forbidden|denies|lacks?|short of|twice|again|backed up|\w*(?:exception|error)|offline|terminat\w*|deadline|throws?|thrown|drain\w*|deplet\w*|explod\w*|surg\w*|soar\w*|jump\w*|doubl\w*|tripl\w*|swallow\w*|consum(?:es|ing)|degrad\w*|deteriorat\w*|collaps\w*|vanish\w*|absent|silent|quiet|unanswered|unavailable|unable|unstable|unprocessed|unread|undelivered|unexpected\w*|inaccessible|incorrect\w*|bad(?:ly)?|poor(?:ly)?|worse|worst|low(?:er)?|above|threshold|mess(?:ed)?|garbage|conflict\w*|contradict\w*|diverge\w*|drift\w*|defunct|obsolete|previous|used up|run(?:s|ning)? out|ran out|goes away|went away|falls? (?:over|behind|apart)|fell|gives? up|gave up|given up|comes? back|creep\w*|swell\w*|swollen|bloat\w*|heavy|hot|pinned|maxed|starv\w*|contention|congest\w*|bottleneck|stall\w*|freez\w*|frozen|froze|zombie|defect\w*|fault\w*|faulty|malfunction\w*|incident|outage|alarm\w*|red|complain\w*|whines?|warn\w*|fatal|panic|signal|sig\w+|occupied|exceeded|expires?|required|insufficient|inadequate|scarce|minutes|hours|seconds|ages ago|still|keeps?|over and over|zero|reached|long|alert|reindex\w*|constantly|endless\w*|infinite\w*)\b|\d{2,3} ?%|报错|出错|错误|失败|异常|问题|故障|超时|慢|卡|挂|崩|断|满|丢|坏|死|不了|不到|不上|不动|不通|不对|没有?(?:响应|反应|人|了|生效|变化)|拒绝|冲突|重启|退出|泄漏|泄露|堆|积压|涨|飙|太(?:多|少|高|大|小)|不(?:一致|同|匹配|生效|起作用)|高|满|旧|等待|没|未|无法|无|不能|不可|找不|收不|限|锁|淘汰|为什么|怎么|一直|延迟|增长|很久|要好?久|越来越|越用越|迟|晚|覆盖|盖过|耗尽|耗光|吃光|用完|不在|不见|不足|不够|缺|少了|占|溢出|排队|取消|终止|驱逐|吃|闪退|下降|只增|只升|百分之?百|兼容|乱了|漂移|过期|落后|不开始|不跑|不执行|不及时|不就绪|不创建|不回收|不存在|不一样|差|爆|突增|告警|饱和|反复|宕|拦|挡|重建|达到|阻塞|被|老|旧|不[过出领来下着着起完够止停足再按肯让认给回接收见走开干进更]|爆|暴|猛|狂|激增|翻倍|变[长大多慢]|撑|拖|耗|吞|闪|红|警|漏|缺失|空|失|乱|延|误|重复|多次|太|过[多高大长慢低]|仍|还是|老是|总是|总|突然|pending|oom/iu;

/** Something is said to go wrong. */
export function troubleIn(text: string): boolean {
  return trouble.test(text);
}

/** A person wants to learn what something is: nothing is wrong with it. */
const lesson =
  /^\s*(?:what (?:is|are) (?:an? |the difference )|what does [\w -]{2,30} (?:do\b|mean\b)|how do(?:es)? (?:the |an? )?[\w -]{2,30} work\s*\??$|how (?:do|can) (?:i|we) (?:create|install|write|add|learn|use)\b|explain (?:the )?[\w-]+ to (?:me|us)\b|tell me (?:more )?about )|^\s*(?:什么是|介绍一下|怎么(?:创建|新建|安装|申请|学))|(?:有什么区别|是做什么的|怎么工作的|(?:是)?什么意思|有什么用|有多大(?:内存)?|在哪里?定义的?)[？?。]?\s*$/iu;

/** A person asks whether it is so. */
const question =
  /[?？]\s*$|吗\s*[?？]?$|有没有|是不是|是否|^\s*(?:is|are|does|do|has|have|why|what|how|can)\b/i;
const now =
  /\b(?:now|again|already|\bany ?more|\bany ?longer|no longer|over|yesterday|last \w+|back to normal|recovered|fixed|solved)\b|现在|已经?|恢复|不再|昨天|上周/i;

/** It was so, and need not be so now. */
const past =
  /\b(?:was|were|had|did|went|came|got|used to|yesterday|earlier|ago|(?:on|since|last) (?:mon|tues|wednes|thurs|fri|satur|sun)day|\w+ed (?:earlier|before|today|yesterday))\b|之前|昨[天晚日]|前[天晚]|上周|周[一二三四五六日天]|刚才|早上|曾经?|\p{Script=Han}过(?![\p{Script=Han}])/iu;
/** Somebody says how he knows. */
const aside =
  /^(?:,? ?(?:i|we) (?:just |have |already )?(?:checked|looked|verified|tested|confirmed|saw it|think|guess|know|believe)\b[^,;]{0,12}|(?:我|我们|刚|刚刚)?(?:都)?(?:看|查|确认|测|试)过?了?)[.!。！]?$/iu;

const clauses = (text: string) =>
  text.split(/(?<=[,;!?，。；！？、])\s*|(?<=\.)\s+|\s+(?=(?:but|however|though)\b)|(?=但|可是|不过)/u);

/**
 * The text without what it says is well, with the words that say so; undefined where nothing is left to look at. "Slow
 * last week, fine now" leaves nothing; "redis is fine, postgres is slow" leaves the second half.
 */
export function complaintsIn(text: string): { readonly left: string; readonly well: string } | undefined {
  if (text.length > 240 || text.includes('\n')) return { left: text, well: '' };
  if (lesson.test(text)) return undefined;
  const parts = clauses(text);
  const good = parts.filter((clause) => well.test(clause) && !question.test(clause));
  if (good.length === 0) return { left: text, well: '' };
  const rest = parts.filter((clause) => !good.includes(clause) && !aside.test(clause.trim()));
  const left = rest.join(' ').trim();
  const turned = rest.some(
    (clause) => /^(?:but|however|though|但|可是|不过)/i.test(clause) || question.test(clause),
  );
  const last = parts.at(-1) ?? '';
  const over =
    !turned &&
    good.includes(last) &&
    (now.test(last) || rest.every((one) => now.test(one) || past.test(one)));
  return left === '' || over ? undefined : { left, well: good.join(' ') };
}
