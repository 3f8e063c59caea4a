import { readRequest, takenFor } from '/work/wt/words/test/unit/services/diagnosis/request-corpus/score.ts';
import { phrasesOf } from '/work/wt/words/scripts/words/phrases.ts';
import { englishVoices } from '/work/wt/words/scripts/words/phrases-voices-en.ts';
import { chineseVoices } from '/work/wt/words/scripts/words/phrases-voices-zh.ts';
const all = [...phrasesOf(englishVoices,'en'), ...phrasesOf(chineseVoices,'zh')];
const c: Record<string, number[]> = {};
for (const p of all) {
  const s = readRequest(p.text); const t = takenFor(s);
  const ok = p.id==='none' ? t.length===0 : t[0]===p.id;
  const three = p.id==='none' ? t.length===0 : t.slice(0,3).includes(p.id);
  const k = (p.id==='none'?'none ':'some ')+p.language;
  const r = (c[k] ??= [0,0,0,0,0,0]);
  r[0]++; if (ok) r[1]++; if (three) r[2]++; if (s.kind==='known') r[3]++; if (s.kind==='known'&&!ok) { r[4]++; if (process.argv[2]) console.log('SURE WRONG', p.id, t.join(','), p.text); } if (t.length===0) r[5]++;
  if (!three && process.argv[2]) console.log(p.id, '->', s.kind, t.join(',') , '|', p.text);
}
console.log('texts first three sure wrong nothing', c);
