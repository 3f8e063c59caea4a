/**
 * Tokens whose issuers document how they start, as `prefix least alphabet`: what stands behind the prefix, in that
 * alphabet, is a secret from that length on. Lengths are lower bounds, since issuers make them longer.
 * Alphabets: `h` hexadecimal, `a` letters and digits, `w` with `_` and `-`, `b` base64, `d` with dots, `e` escaped as in addresses, `u` upper case.
 * Facts from the issuers' documentation and from the public rules of secret scanners.
 */
const table = `
AKIA 16 u|ASIA 16 u|ABIA 16 u|ACCA 16 u|A3T 17 u|ABSK 40 b|bedrock-api-key- 20 b|amzn.mws. 30 w|LTAI 16 a|AKID 28 a
AIza 30 w|ya29. 16 d|1// 30 w|GOCSPX- 20 w|AAAA 100 d
ghp_ 20 a|gho_ 20 a|ghu_ 20 a|ghs_ 20 a|ghr_ 20 a|github_pat_ 20 w|v1. 40 h
glpat- 16 d|gldt- 16 w|glrt- 16 d|glptt- 16 w|glft- 16 w|glimt- 16 w|glagent- 16 w|gloas- 16 w|glsoat- 16 w|glcbt- 16 w|glffct- 16 w|glrtr- 16 w|GR1348941 16 w
xoxb- 8 w|xoxp- 8 w|xoxa- 8 w|xoxr- 8 w|xoxo- 8 w|xoxs- 8 w|xoxc- 8 w|xoxd- 8 e|xoxe- 8 w|xoxe.xoxp- 8 w|xoxe.xoxb- 8 w|xapp- 8 w|xwfp- 8 w
sk_live_ 8 a|sk_test_ 8 a|rk_live_ 8 a|rk_test_ 8 a|sk_prod_ 8 a|rk_prod_ 8 a|pk_live_ 16 a|pk_test_ 16 a|whsec_ 16 b|sq0atp- 16 w|sq0csp- 16 w|EAAA 40 w|access_token$production$ 10 w
npm_ 20 a|pypi- 20 w|dckr_pat_ 16 w|dckr_oat_ 16 w|rubygems_ 20 h|CLOJARS_ 20 a|NuGet 200 a|oy2 40 a
sk-ant- 12 w|sk-proj- 12 w|sk-svcacct- 12 w|sk-admin- 12 w|sk-or-v1- 20 h|sk- 16 w|sess- 30 w|pplx- 20 a|gsk_ 20 a|xai- 30 a|hf_ 20 a|api_org_ 20 a|r8_ 20 a|nvapi- 20 w|co- 40 a|tgp_v1_ 20 w|fw_ 20 a|ms- 60 w|aion- 40 w|jina_ 30 a|tvly- 20 w|pcsk_ 20 w|fc- 30 h|lsv2_ 20 w|langfuse- 20 w|sk-lf- 16 w
SG. 16 d|xkeysib- 20 w|key- 32 h|SK 32 h|mlsn. 20 h|re_ 20 w|pat-na1- 20 w|pat-eu1- 20 w
dop_v1_ 20 h|doo_v1_ 20 h|dor_v1_ 20 h|dapi 32 h|dp.pt. 20 a|dp.st. 20 d|dp.ct. 20 a|dp.sa. 20 a
hvs. 16 w|hvb. 16 w|hvr. 16 w|b.AAAAA 16 w|sha256~ 30 w|atlasv1. 30 w|tskey- 12 w|fo1_ 20 w|fm1a_ 20 b|fm1r_ 20 b|fm2_ 20 b|HRKU- 16 w|rnd_ 20 a|nfp_ 20 a|vercel_ 20 a|vca_ 20 a|vcp_ 20 a|CF- 40 w|v1.0- 40 w|pscale_tkn_ 16 d|pscale_pw_ 16 d|pscale_oauth_ 16 d|sbp_ 20 h|sb_secret_ 16 w|neon_ 20 w|napi_ 20 a|scw 36 w
glsa_ 16 w|glc_ 20 b|NRAK- 16 u|NRII- 16 w|NRIQ- 16 w|NRJS- 12 w|NRAA- 16 w|dt0c01. 20 d|dt0s01. 20 d|dt0s16. 20 d|sntrys_ 20 b|sntryu_ 20 h|pul- 30 h|PMAK- 24 w|sgp_ 20 w|lin_api_ 16 a|lin_oauth_ 16 a|ntn_ 20 a|secret_ 40 a|figd_ 16 w|figo_ 16 w|shpat_ 20 h|shpca_ 20 h|shppa_ 20 h|shpss_ 20 h|shippo_live_ 16 a|shippo_test_ 16 a|shp_ 20 a|patA 30 a|ATATT3 16 d|ATCTT3 16 d|ATBB 20 a|ATSTT3 16 d|AKCp 30 a|cmVmd 50 a|EZAK 30 a|EZTK 30 a|EAAC 60 a|EAAM 60 a|EAACEdEose0cBA 8 a|EAAG 60 a|IGQV 40 w|FLWSECK_TEST- 10 w|FLWSECK- 10 w|duffel_live_ 20 w|duffel_test_ 20 w|duffel_ 40 w|fio-u- 20 w|p8e- 20 a|pnu_ 20 a|ico- 20 a|rdme_ 40 a|sm_aat_ 12 a|sm_pat_ 12 a|sm_sat_ 12 a|tk-us- 20 w|API- 26 u|ops_eyJ 40 b|A${3}- 30 w|s-s4t2ud- 40 h|s-s4t2af- 40 h|CCIPAT_ 20 w|CCIPRJ_ 20 w|bkua_ 20 a|ddp_ 20 a|phx_ 20 a|phc_ 20 a|cio- 20 a|ory_at_ 16 w|ory_rt_ 16 w|ory_st_ 16 w|ory_pat_ 16 w|waka_ 20 w|typeform_ 20 w|tfp_ 20 w|frp_ 20 a|snyk_uat. 20 d|snyk_sat. 20 d|SCW 17 u|dnkey- 20 w|zpka_ 20 w|apify_api_ 20 a|age-secret-key-1 20 a|AGE-SECRET-KEY-1 20 a|ABACATE 100 a|bot_ 60 a|PRT- 60 d|JWT- 60 d
AQVN 34 w|y0_ 40 w|t1.9eu 60 w|CFPAT- 30 w|sl. 100 w|essu_ 20 b|hcaik_ 20 a|hcxik_ 20 a|sdk- 36 h|mob- 36 h|api- 36 h|access-production- 30 h|access-sandbox- 30 h|access-development- 30 h|rzp_live_ 10 a|rzp_test_ 10 a|oauth: 28 a|squ_ 30 h|sqp_ 30 h|sqa_ 30 h|cio 32 a|APA91b 60 w
SUA 50 u|SAA 50 u|SOA 50 u|SNA 50 u|SCA 50 u|SXA 50 u
aeth_ 16 w
aeb_ 20 a`;

export interface Issuer {
  readonly prefix: string;
  readonly least: number;
  readonly accepts: RegExp;
}

const alphabets: Readonly<Record<string, RegExp>> = {
  h: /[0-9a-fA-F-]{0,512}/y,
  a: /[A-Za-z0-9]{0,4096}/y,
  w: /[\w-]{0,4096}/y,
  b: /[\w+/=-]{0,8192}/y,
  d: /[\w.~+/=-]{0,8192}/y,
  e: /[\w.~+/=%-]{0,8192}/y,
  u: /[A-Z0-9]{0,512}/y,
};

export const issuers: readonly Issuer[] = table
  .trim()
  .split(/[|\n]/)
  .filter((entry) => entry !== '')
  .map((entry) => {
    const [prefix = '', least = '', alphabet = ''] = entry.split(' ');
    const accepts = alphabets[alphabet];
    if (accepts === undefined) throw new RangeError(`no alphabet ${alphabet}`);
    return { prefix, least: Number(least), accepts };
  });
