// Fills Handlebars templates: reads [{template, attributes}, …] from stdin, prints the results as JSON.
import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';

const jobs = JSON.parse(readFileSync(0, 'utf8'));
console.log(JSON.stringify(jobs.map(({ template, attributes }) => Handlebars.compile(template)(attributes))));
