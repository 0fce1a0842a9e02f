// Checks HTML files in ways that need npm packages or Chromium, and prints what it found as JSON.
//   node check.mjs markup FILE…                errors of html-validate, as browsers and as Outlook read the file
//   node check.mjs clients FILE…               [feature, client] pairs without support, by caniemail's data
//   node check.mjs gallery CHROMIUM INDEX      what a keyboard and a screen reader find on the gallery's page
//   node check.mjs whynot CHROMIUM INDEX ITEM… what the gallery says to them
//   node check.mjs dashboard CHROMIUM PAGE SHOTS FIELD=OPTION…  what the dashboard shows, asks for and says
//   node check.mjs site CHROMIUM PAGE WORD     what the docs' search finds on a page that is opened as a file
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
const CHROMIUM_OPTIONS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--hide-scrollbars', '--font-render-hinting=none',
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
    args: CHROMIUM_OPTIONS,
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

// The gallery, used with the keyboard alone.
async function gallery([executablePath, index]) {
  const { default: puppeteer } = await import('puppeteer-core');
  const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
  const chromium = await puppeteer.launch({ executablePath, headless: true, args: CHROMIUM_OPTIONS });
  const page = await chromium.newPage();
  const found = { errors: [], violations: {} };
  page.on('pageerror', (error) => found.errors.push(error.message));
  await page.setRequestInterception(true);
  page.on('request', (request) =>
    request.url().startsWith('https:')
      ? request.respond({ status: 200, contentType: 'image/svg+xml', body: PICTURE })
      : request.continue(),
  );
  await page.setViewport({ width: 1440, height: 1000 });
  const start = Date.now();
  await page.goto(pathToFileURL(index).href);
  await page.waitForSelector('main iframe');
  found.milliseconds = Date.now() - start;
  found.rows = await page.$$eval('#rows a', (rows) => rows.length);
  for (const [name, width, scheme] of [['light', 1440, 'light'], ['dark', 1440, 'dark'], ['phone', 375, 'light']]) {
    await page.setViewport({ width, height: 1000 });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.$$eval('main details', (all) => all.forEach((details) => { details.open = true; }));
    await page.evaluate(axe);
    // emails are checked as pages of their own
    const { violations } = await page.evaluate(() => window.axe.run(document, { iframes: false }));
    found.violations[name] = violations.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.target).join(', ')}`);
  }
  await page.setViewport({ width: 1440, height: 1000 });
  const tree = await page.accessibility.snapshot({ interestingOnly: false });
  found.names = {};
  found.unnamed = [];
  const walk = (node) => {
    found.names[node.role] = node.name;
    if (['button', 'link', 'combobox', 'checkbox', 'searchbox'].includes(node.role) && !node.name) found.unnamed.push(node.role);
    (node.children ?? []).forEach(walk);
  };
  walk(tree);
  // Tab, from the top of the page, until the element is reached
  const tabTo = async (selector) => {
    await page.$eval('h1', (title) => { title.tabIndex = -1; title.focus(); });
    for (let times = 0; times < 60; times += 1) {
      if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`${selector} can't be reached with Tab`);
  };
  const look = async (user) => {
    await tabTo('#user');
    await page.$eval('#user', (input) => input.select());
    await page.keyboard.type(user);
    await page.keyboard.press('Enter');
    await page.waitForFunction((text) => document.getElementById('found').textContent.includes(`ser ${text}`), {}, user);
    return page.$eval('#found', (status) => status.textContent);
  };
  found.held = await look('h1');
  found.unknown = await look('nobody');
  found.mailed = await look('u7');
  await tabTo('select[name=layout]');
  await page.keyboard.type('list');
  await page.waitForFunction(() => document.querySelectorAll('#rows a').length < 200);
  await tabTo('input[name=dark]');
  await page.keyboard.press('Space');
  await page.waitForFunction(() => document.querySelectorAll('main iframe').length === 4);
  found.address = await page.evaluate(() => location.hash);
  await page.reload();
  await page.waitForSelector('main iframe');
  found.after_reload = await page.evaluate(() => ({
    layout: document.querySelector('select[name=layout]').value,
    user: document.getElementById('user').value,
    dark: document.querySelector('input[name=dark]').checked,
    rows: document.querySelectorAll('#rows a').length,
  }));
  // frames further down are loaded when they come near
  await page.$$eval('main iframe', (all) => all.forEach((frame) => { frame.loading = 'eager'; }));
  await page.waitForFunction(() => [...document.querySelectorAll('main iframe')].every((frame) => frame.height !== '900'));
  await new Promise((resolve) => setTimeout(resolve, 500));
  found.frames = await page.$$eval('main iframe', (all) =>
    all.map((frame) => [Number(frame.height), frame.contentDocument.querySelector('main').getBoundingClientRect().height]));
  const pictures = () => page.$eval('main iframe', (frame) =>
    [...frame.contentDocument.images].filter((image) => image.naturalWidth > 0).length);
  found.pictures = { before: await pictures() };
  await tabTo('input[name=no_images]');
  await page.keyboard.press('Space');
  await page.waitForFunction(() => document.querySelector('main iframe')?.contentDocument?.images[0]?.src.startsWith('data:'));
  found.pictures.after = await pictures();
  await tabTo('input[name=side_by_side]');
  await page.keyboard.press('Space');
  await page.waitForFunction(() => document.querySelector('main .beside iframe'));
  found.side_by_side = await page.$$eval('main figcaption', (all) => all.map((caption) => caption.textContent.split(',')[0]));
  await page.evaluate(axe);
  const beside = await page.evaluate(() => window.axe.run(document, { iframes: false }));
  found.violations.side_by_side = beside.violations.map((rule) => rule.id);
  await tabTo('input[name=side_by_side]');
  await page.keyboard.press('Space');
  await page.waitForFunction(() => document.querySelector('main details'));
  await tabTo('#rows li:nth-child(2) a');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement.id === 'email');
  found.focused = await page.evaluate(() => document.activeElement.id);
  found.current = await page.$$eval('#rows a', (rows) => rows.findIndex((row) => row.getAttribute('aria-current')));
  await chromium.close();
  return found;
}

// Why not this item: asked with the keyboard, heard from the status.
async function whynot([executablePath, index, ...items]) {
  const { default: puppeteer } = await import('puppeteer-core');
  const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
  const chromium = await puppeteer.launch({ executablePath, headless: true, args: CHROMIUM_OPTIONS });
  const page = await chromium.newPage();
  const found = { errors: [], answers: {} };
  page.on('pageerror', (error) => found.errors.push(error.message));
  await page.goto(pathToFileURL(index).href);
  await page.waitForSelector('main iframe');
  for (const item of items) {
    await page.focus('#item');
    await page.$eval('#item', (input) => input.select());
    await page.keyboard.type(item);
    await page.$eval('#answer', (answer) => answer.replaceChildren());
    await page.keyboard.press('Enter');
    await page.waitForSelector('#answer p');
    found.answers[item] = await page.$eval('#answer', (answer) => answer.textContent);
  }
  found.role = await page.$eval('#answer', (answer) => answer.getAttribute('role'));
  found.focused = await page.evaluate(() => document.activeElement.id);
  found.address = await page.evaluate(() => location.hash);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { iframes: false }));
  found.violations = violations.map((rule) => rule.id);
  await chromium.close();
  return found;
}

// The dashboard as it opens, filtered with the keyboard alone, then in every mode and width. Its policy is in force until
// axe is put into it. Screenshots are taken where SHOTS names a folder.
async function dashboard([executablePath, file, shots, ...choices]) {
  const { default: puppeteer } = await import('puppeteer-core');
  const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
  const chromium = await puppeteer.launch({ executablePath, headless: true, args: CHROMIUM_OPTIONS });
  const found = { errors: [], requests: [], violations: {}, overflow: {}, unreachable: [] };
  const page = await chromium.newPage();
  page.on('pageerror', (error) => found.errors.push(error.message));
  page.on('console', (message) => found.errors.push(message.text()));
  page.on('request', (request) => {
    if (request.url() !== pathToFileURL(file).href) found.requests.push(request.url());
  });
  const drawn = (times) =>
    page.waitForFunction((least) => Number(document.documentElement.dataset.drawn) >= least, { timeout: 20000 }, times);
  await page.setViewport({ width: 1280, height: 900 });
  const start = Date.now();
  await page.goto(pathToFileURL(file).href);
  await drawn(1);
  found.milliseconds = Date.now() - start;
  const seen = () => page.evaluate(() => ({
    status: document.getElementById('status')?.textContent,
    tiles: Object.fromEntries([...document.querySelectorAll('#tiles [data-measure]')].map((tile) =>
      [tile.dataset.measure, [tile.querySelector('.value').textContent, tile.querySelector('.before').textContent]])),
    tables: Object.fromEntries([...document.querySelectorAll('figure')].map((figure) =>
      [figure.id, [...figure.querySelectorAll('tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))])),
    marks: Object.fromEntries([...document.querySelectorAll('figure')].map((figure) =>
      [figure.id, figure.querySelectorAll('.chart:not([hidden]) .mark-rect path, .chart:not([hidden]) .mark-symbol path').length])),
    sentences: Object.fromEntries([...document.querySelectorAll('figure')].map((figure) =>
      [figure.id, figure.querySelector('.none:not([hidden])')?.textContent ?? ''])),
  }));
  found.first = await seen();
  // what a mouse is told by a bar
  const bar = await page.$('#waterfall .mark-rect path');
  if (bar) {
    await bar.scrollIntoView();
    await bar.hover();
    await page.waitForSelector('#vg-tooltip-element.visible');
    found.tooltip = await page.$eval('#vg-tooltip-element', (tip) => tip.textContent);
    await page.mouse.move(0, 0);
  }
  // from the top of the page, Tab until the field is reached, then its options by their names
  const choose = async (field, option) => {
    await page.evaluate(() => { document.activeElement.blur(); window.scrollTo(0, 0); });
    for (let times = 0; times < 60; times += 1) {
      if (await page.evaluate((name) => document.activeElement.matches(`select[name=${name}]`), field)) break;
      await page.keyboard.press('Tab');
      if (times === 59) found.unreachable.push(field);
    }
    const before = await page.evaluate(() => Number(document.documentElement.dataset.drawn));
    await page.keyboard.type(option);
    await drawn(before + 1);
    await new Promise((resolve) => setTimeout(resolve, 150));
  };
  for (const choice of choices) await choose(...choice.split('='));
  found.filtered = await seen();
  await page.$$eval('details', (all) => all.forEach((details) => { details.open = true; }));
  await page.evaluate(() => { document.activeElement.blur(); window.scrollTo(0, 0); });
  const session = await page.createCDPSession();
  await session.send('Page.setBypassCSP', { enabled: true });
  for (const scheme of ['light', 'dark']) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    for (const width of [375, 800, 1280]) {
      await page.setViewport({ width, height: 900 });
      await new Promise((resolve) => setTimeout(resolve, 250));
      const name = `${scheme}-${width}`;
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run());
      found.violations[name] = violations.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.target).join(', ')}`);
      found.overflow[name] = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
    }
  }
  found.headings = await page.$$eval('h1, h2, h3', (all) => all.map((heading) => heading.tagName));
  found.scripts = await page.$$eval('script', (all) => all.length);
  found.injected = await page.evaluate(() => Boolean(window.injected));
  await chromium.close();
  return found;
}

async function site([executablePath, file, word]) {
  const { default: puppeteer } = await import('puppeteer-core');
  const chromium = await puppeteer.launch({ executablePath, headless: true, args: CHROMIUM_OPTIONS });
  const found = { errors: [], requests: [] };
  const page = await chromium.newPage();
  page.on('pageerror', (error) => found.errors.push(error.message));
  page.on('request', (request) => {
    if (!/^(file|data):/.test(request.url())) found.requests.push(request.url());
  });
  // narrower, the field is behind a button
  await page.setViewport({ width: 1200, height: 800 });
  await page.goto(pathToFileURL(file).href);
  await page.click('[name=query]');
  await page.keyboard.type(word);
  await page.waitForSelector('.md-search-result__link');
  found.pages = await page.$$eval('.md-search-result__link', (all) => all.map((link) => link.pathname));
  await chromium.close();
  return found;
}

const [command, ...rest] = process.argv.slice(2);
console.log(JSON.stringify(await { markup, clients, browser, gallery, whynot, dashboard, site }[command](rest)));
