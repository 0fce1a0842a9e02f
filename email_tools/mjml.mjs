// Compiles MJML: reads [source, …] from stdin; prints how many it compiled, in what CPU time, and the peak memory.
import { readFileSync } from 'node:fs';
import mjml2html from 'mjml';

const sources = JSON.parse(readFileSync(0, 'utf8'));
sources.slice(0, 10).forEach((source) => mjml2html(source)); // the first ones run before the compiler is warm
const before = process.cpuUsage();
for (const source of sources) {
  const { html, errors } = mjml2html(source, { validationLevel: 'strict' });
  if (errors.length || !html) throw new Error(JSON.stringify(errors));
}
const { user, system } = process.cpuUsage(before);
const peak_mb = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ emails: sources.length, seconds: (user + system) / 1e6, peak_mb }));
