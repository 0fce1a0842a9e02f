// Checks HTML files in ways that need npm packages or Chromium, and prints what it found as JSON.
//   node check.mjs markup FILE…                errors of html-validate, as browsers and as Outlook read the file
//   node check.mjs clients FILE…               [feature, client] pairs without support, by caniemail's data
//   node check.mjs browser SHOTS CHROMIUM FILE…  accessibility, overflow, requests and a screenshot in each mode
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const MODES = [
  { name: 'desktop-light', width: 640, scheme: 'light' },
  { name: 'desktop-dark', width: 640, scheme: 'dark' },
  { name: 'phone-light', width: 375, scheme: 'light' },
  { name: 'phone-dark', width: 375, scheme: 'dark' },
];
const CLIENTS = ['apple-mail.*', 'gmail.*', 'outlook.*', 'yahoo.*', 'samsung-email.*'];
const caseName = (file) => basename(file, '.html');

async function markup(files) {
  const { HtmlValidate } = await import('html-validate');
  const rules = {
    // mail programs drop <article>; on a div, role and aria-label survive
    'prefer-native-element': ['error', { exclude: ['article'] }],
  };
  const validator = (more) =>
    new HtmlValidate({
      root: true,
      extends: ['html-validate:standard', 'html-validate:document', 'html-validate:a11y'],
      rules: { ...rules, ...more },
    });
  const views = {
    browser: { validator: validator({}), read: (html) => html },
    outlook: {
      // Word lays out by attributes that HTML5 has given up
      validator: validator({ 'no-deprecated-attr': 'off' }),
      // its settings, in XML, are no HTML
      read: (html) => html.replace(/<!--\[if mso\]>|<!\[endif\]-->|<noscript><xml>.*?<\/noscript>/g, ''),
    },
  };
  const found = {};
  for (const file of files) {
    for (const [view, { validator, read }] of Object.entries(views)) {
      const report = await validator.validateString(read(readFileSync(file, 'utf8')));
      found[`${caseName(file)} in ${view}`] = report.results.flatMap((result) =>
        result.messages.map((message) => `${message.line}: ${message.ruleId}: ${message.message}`),
      );
    }
  }
  return found;
}

async function clients(files) {
  const { caniemail } = await import('caniemail');
  const pairs = new Set();
  for (const file of files) {
    const { issues } = caniemail({ clients: CLIENTS, html: readFileSync(file, 'utf8') });
    for (const [client, features] of issues.errors) {
      for (const feature of features) pairs.add(`${feature.title}: ${client}`);
    }
  }
  return [...pairs].sort();
}

// Every picture is the same one: none is fetched, and screenshots depend on no other file.
const PICTURE =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><rect width="4" height="4" fill="#c9b79c"/>' +
  '<circle cx="2" cy="2" r="1" fill="#e4dbcd"/></svg>';

async function browser([shots, executablePath, ...files]) {
  const { default: puppeteer } = await import('puppeteer-core');
  const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
  const chromium = await puppeteer.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--hide-scrollbars', '--font-render-hinting=none',
    ],
  });
  const found = {};
  for (const file of files) {
    for (const mode of MODES) {
      const page = await chromium.newPage();
      await page.setBypassCSP(true);
      await page.setViewport({ width: mode.width, height: 900, deviceScaleFactor: 0.5 });
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: mode.scheme }]);
      await page.setRequestInterception(true);
      const requests = [];
      page.on('request', (request) => {
        if (request.url().startsWith('file:')) return request.continue();
        requests.push(`${request.resourceType()} ${request.url()}`);
        return request.respond({ status: 200, contentType: 'image/svg+xml', body: PICTURE });
      });
      await page.goto(pathToFileURL(file).href);
      const name = `${caseName(file)}-${mode.name}`;
      await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run());
      found[name] = {
        violations: violations.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.target).join(', ')}`),
        fold: await page.evaluate(() => document.querySelector('.main')?.getBoundingClientRect().bottom ?? null),
        overflow: await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
        requests,
      };
      await page.close();
    }
  }
  await chromium.close();
  return found;
}

const [command, ...rest] = process.argv.slice(2);
console.log(JSON.stringify(await { markup, clients, browser }[command](rest)));
