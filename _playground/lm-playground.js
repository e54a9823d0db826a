// <lm-playground>: a language model that runs in the page. No framework, no request to any host.
//
// The first part computes: it does in JavaScript what lmbook_utils/export does in Python, and the
// tests compare the two. The second part shows. The model is a script beside this one (model.js),
// because a page that was opened from disk may not fetch a file; it is loaded when a reader asks.
//
// Attributes of the element: start (the beginning that stands there at first), megabytes (what the
// button says), models ("both", "lstm" or "ngram") and controls (which of "temperature top-k top-p
// seed state" to show; all by default).
(() => {
  "use strict";

  const PAD = 0, UNK = 1, BOS = 2, EOS = 3; // the ids of the special tokens
  const BANNED = [UNK, PAD, BOS]; // never drawn
  const FORMAT = "lmbook playground", VERSION = 1;

  // --- Reading the file --------------------------------------------------------------------------

  const TYPES = { float32: Float32Array, uint16: Uint16Array, int8: Int8Array };

  function require(condition, message) {
    if (!condition) throw new Error(message);
  }

  function isCount(value, most) {
    return Number.isInteger(value) && value >= 0 && value <= most;
  }

  // Numbers from base64. Their length is checked before anything is allocated.
  function decode(text, type, length, name) {
    const size = length * TYPES[type].BYTES_PER_ELEMENT;
    require(
      typeof text === "string" && text.length === 4 * Math.ceil(size / 3),
      `${name} must be base64 of ${size} bytes`,
    );
    const characters = atob(text);
    require(characters.length === size, `${name} must be base64 of ${size} bytes`);
    const bytes = new Uint8Array(size);
    for (let i = 0; i < size; i++) bytes[i] = characters.charCodeAt(i);
    return new TYPES[type](bytes.buffer); // little-endian, as all browsers' machines are
  }

  function requireFinite(array, name) {
    require(array.every(Number.isFinite), `${name} must hold finite numbers`);
    return array;
  }

  function decodeMatrix(stored, rows, columns, name) {
    require([4, 8, 32].includes(stored?.bits), `${name} must have 4, 8 or 32 bits`);
    if (stored.bits === 32) {
      return requireFinite(decode(stored.values, "float32", rows * columns, name), name);
    }
    const values = decode(stored.values, "int8", rows * columns, name);
    const scales = decode(stored.scales, "float32", rows, `${name}'s scales`);
    const matrix = new Float32Array(values.length);
    for (let i = 0; i < matrix.length; i++) {
      matrix[i] = values[i] * scales[Math.floor(i / columns)];
    }
    return requireFinite(matrix, name);
  }

  function readNetwork(stored, words) {
    const units = stored?.units;
    require(isCount(units, 4096) && units > 0, "network's units must be a whole number from 1");
    const vector = (name, length) =>
      requireFinite(decode(stored[name], "float32", length, name), name);
    return {
      units,
      embedding: decodeMatrix(stored.embedding, words, units, "embedding"),
      kernel: decodeMatrix(stored.kernel, 4 * units, units, "kernel"),
      recurrent: decodeMatrix(stored.recurrent, 4 * units, units, "recurrent"),
      bias: vector("bias", 4 * units),
      outputBias: vector("output_bias", words),
    };
  }

  function readLevels(stored, length, name) {
    const { low, step } = stored ?? {};
    const good = (number) => Number.isFinite(number) && Math.abs(number) < 1e6;
    require(good(low) && good(step), `${name} must have a lowest number and a step`);
    return Float64Array.from(decode(stored.values, "uint16", length, name), (v) => low + step * v);
  }

  // For each order: logProbs, logBackoffs, and, from 2 up, the words that follow each context:
  // those of the context of rank r are lastWords[starts[r]] … lastWords[starts[r + 1] - 1].
  function readTables(stored, words) {
    require(Array.isArray(stored) && stored.length <= 9, "ngrams must be a list of tables");
    const tables = [];
    stored.forEach((entry, index) => {
      const name = `the table of order ${index + 1}`;
      const size = entry?.ngrams;
      require(isCount(size, 1e8) && (index > 0 || size === words), `${name} must say its size`);
      const table = { size, logProbs: readLevels(entry.probs, size, `${name}, probs,`) };
      if (index + 1 < stored.length) {
        table.logBackoffs = readLevels(entry.backoffs, size, `${name}, backoffs,`);
      }
      if (index > 0) {
        const contexts = tables[index - 1].size;
        const followers = decode(entry.followers, "uint16", contexts, `${name}, followers,`);
        table.lastWords = decode(entry.words, "uint16", size, `${name}, words,`);
        table.starts = new Uint32Array(contexts + 1);
        followers.forEach((count, rank) => {
          table.starts[rank + 1] = table.starts[rank] + count;
        });
        require(table.starts[contexts] === size, `${name} must have ${size} followers`);
        require(table.lastWords.every((word) => word < words), `${name} must have known words`);
      }
      tables.push(table);
    });
    return tables;
  }

  // The model that a file holds; an Error says what is wrong with it.
  function readModel({ header, content }) {
    require(header?.format === FORMAT, `its format is not "${FORMAT}"`);
    require(header.version === VERSION, `its version is not ${VERSION}`);
    const tokens = content?.vocabulary;
    require(
      Array.isArray(tokens) && tokens.length > 4 && tokens.every((t) => typeof t === "string"),
      "its vocabulary must be a list of words",
    );
    return {
      tokens,
      ids: new Map(tokens.map((token, id) => [token, id])),
      network: readNetwork(content.network, tokens.length),
      tables: readTables(content.ngrams ?? [], tokens.length),
      about: content.about ?? {},
    };
  }

  // --- The two models ----------------------------------------------------------------------------

  const sigmoid = (x) => 1 / (1 + Math.exp(-x));

  // The sum of row `row` of a matrix times a vector, in 64 bits.
  function dot(matrix, row, vector) {
    let sum = 0;
    for (let j = 0, k = row * vector.length; j < vector.length; j++, k++) {
      sum += matrix[k] * vector[j];
    }
    return sum;
  }

  // The state after one more word; without a state, the first word is read from zeros.
  function step(network, state, id) {
    const { units, embedding, kernel, recurrent, bias } = network;
    const before = state ?? { h: new Float64Array(units), c: new Float64Array(units) };
    const x = embedding.subarray(id * units, (id + 1) * units);
    const gate = (row) => dot(kernel, row, x) + dot(recurrent, row, before.h) + bias[row];
    const h = new Float64Array(units), c = new Float64Array(units);
    for (let j = 0; j < units; j++) {
      const i = sigmoid(gate(j)), f = sigmoid(gate(units + j));
      const g = Math.tanh(gate(2 * units + j)), o = sigmoid(gate(3 * units + j));
      c[j] = f * before.c[j] + i * g;
      h[j] = o * Math.tanh(c[j]);
    }
    return { h, c };
  }

  function logits(network, state) {
    const { embedding, outputBias } = network;
    return Float64Array.from(outputBias, (bias, id) => dot(embedding, id, state.h) + bias);
  }

  function logSoftmax(scores) {
    const largest = scores.reduce((a, b) => Math.max(a, b));
    let sum = 0;
    for (const score of scores) sum += Math.exp(score - largest);
    return scores.map((score) => score - largest - Math.log(sum));
  }

  // The place of a word after a context in a table, -1 if it is not there.
  function find(table, rank, word) {
    let low = table.starts[rank], high = table.starts[rank + 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (table.lastWords[middle] < word) low = middle + 1;
      else high = middle;
    }
    return low < table.starts[rank + 1] && table.lastWords[low] === word ? low : -1;
  }

  // Log-probability of each word after a context, by the n-gram model.
  function countedLogProbs(tables, context) {
    const logProbs = Float64Array.from(tables[0].logProbs);
    for (let n = 2; n <= Math.min(tables.length, context.length + 1); n++) {
      const words = context.slice(context.length - n + 1);
      let rank = words[0];
      for (let i = 1; i < words.length && rank >= 0; i++) rank = find(tables[i], rank, words[i]);
      if (rank < 0) continue;
      const { starts, lastWords, logProbs: known } = tables[n - 1];
      const backoff = tables[n - 2].logBackoffs[rank];
      for (let id = 0; id < logProbs.length; id++) logProbs[id] += backoff;
      for (let k = starts[rank]; k < starts[rank + 1]; k++) logProbs[lastWords[k]] = known[k];
    }
    return logProbs;
  }

  // Log-probabilities by both models; `weight` is the network's. `state` is that of the network
  // after </s> and the words `ids`.
  function mixture(model, state, ids, weight) {
    const counted = weight < 1 ? countedLogProbs(model.tables, [BOS, ...ids]) : null;
    if (weight === 0) return counted;
    const learnt = logSoftmax(logits(model.network, state));
    if (weight === 1) return learnt;
    return learnt.map((score, id) =>
      Math.log(weight * Math.exp(score) + (1 - weight) * Math.exp(counted[id])),
    );
  }

  // --- Choosing a word ---------------------------------------------------------------------------

  function nextWordProbabilities(scores, { temperature = 1, topK = null, topP = null } = {}) {
    const left = Float64Array.from(scores);
    for (const id of BANNED) left[id] = -Infinity;
    if (temperature === 0) [topK, temperature] = [1, 1];
    const largest = left.reduce((a, b) => Math.max(a, b));
    const probabilities = left.map((score) => Math.exp((score - largest) / temperature));
    const scale = () => {
      const sum = probabilities.reduce((a, b) => a + b);
      probabilities.forEach((p, id) => (probabilities[id] = p / sum));
    };
    scale();
    const order = ranking(probabilities);
    if (topK !== null) {
      for (const id of order.slice(topK)) probabilities[id] = 0;
      scale();
    }
    if (topP !== null) {
      let before = 0;
      order.forEach((id, place) => {
        const p = probabilities[id];
        if (place > 0 && before >= topP) probabilities[id] = 0;
        before += p;
      });
      scale();
    }
    return probabilities;
  }

  // The ids, the most probable first; of equally probable ones, the lower id.
  function ranking(probabilities) {
    return Array.from(probabilities.keys()).sort((a, b) => probabilities[b] - probabilities[a]);
  }

  // Numbers from 0 up to 1: the generator mulberry32, which has a state of 32 bits.
  function uniformDraws(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  // The first word up to which the probabilities sum to more than the number that was drawn.
  function draw(probabilities, number) {
    let sum = 0, last = 0;
    for (let id = 0; id < probabilities.length; id++) {
      sum += probabilities[id];
      if (sum > number) return id;
      if (probabilities[id] > 0) last = id;
    }
    return last;
  }

  // A text that grows: words, their ids, and the network's state after each, computed once.
  class Text {
    constructor(model) {
      this.model = model;
      this.start = step(model.network, null, EOS); // </s> ended the sentence before
      this.set([]);
    }

    set(words) {
      const ids = words.map((word) => this.model.ids.get(word) ?? UNK);
      const same = ids.findIndex((id, i) => id !== this.ids?.[i]);
      this.states = (this.states ?? []).slice(0, same < 0 ? ids.length : same);
      [this.words, this.ids] = [words, ids];
      for (let i = this.states.length; i < ids.length; i++) {
        this.states.push(step(this.model.network, this.states[i - 1] ?? this.start, ids[i]));
      }
    }

    add(id) {
      this.set([...this.words, this.model.tokens[id]]);
    }

    scores(weight) {
      return mixture(this.model, this.states.at(-1) ?? this.start, this.ids, weight);
    }

    // Draw one more word; false if the sentence ended instead.
    draw(weight, options, number) {
      const id = draw(nextWordProbabilities(this.scores(weight), options), number);
      if (id !== EOS) this.add(id);
      return id !== EOS;
    }
  }

  function generate(model, prompt, { maxTokens = 30, weight = 1, seed = 0, ...options } = {}) {
    const text = new Text(model);
    const number = uniformDraws(seed);
    text.set(prompt);
    for (let i = 0; i < maxTokens && text.draw(weight, options, number()); i++);
    return text.words;
  }

  // Words and punctuation, in lower case: the main rules of the book's tokenizer for one sentence.
  function tokenize(text) {
    const apart = ` ${text.normalize("NFC").toLowerCase()} `
      .replace(/[«»„“”‘’`"*;@#$%&?!()[\]{}<>–—]|--|\.{2,}/g, " $& ")
      .replace(/[:,](?!\d)/g, " $& ")
      .replace(/([^. ])\.((?:\s*["'»”’)\]}>])*\s*)$/, "$1 . $2") // only the last full stop
      .replace(/ cannot(?= )/g, " can not")
      .replace(/([^' ])('(?:s|m|d|ll|re|ve)?|n't)(?= )/g, "$1 $2");
    return apart.split(/\s+/).filter((token) => token);
  }

  let registered = null; // what the last file handed over
  globalThis.lmPlayground = {
    register: (header, content) => (registered = { header, content }),
    core: {
      ...{ readModel, step, logits, countedLogProbs, mixture, nextWordProbabilities },
      ...{ uniformDraws, generate, tokenize, Text },
      registered: () => registered,
    },
  };
  if (!globalThis.customElements) return; // outside a browser only the computing is wanted

  // --- The element -------------------------------------------------------------------------------

  const MODEL = new URL("model.js", document.currentScript.src).href;
  const SHOWN = 10; // words with bars
  const LONGEST = 200; // words of a text
  const SHOWN_STATES = 24; // words with a row in the heat map
  const TOP_K = [1, 2, 3, 5, 10, 20, 50, 100, 500, null];
  const NAMES = { [EOS]: "end of the sentence", [UNK]: "any unknown word" };

  // In the theme's colours of the light and the dark scheme.
  const STYLE = `
    lm-playground {
      border: 1px solid var(--pst-color-border, #888);
      border-radius: 0.5rem;
      display: block;
      margin: 1rem 0;
      padding: 0.75rem 1rem;
    }

    lm-playground p {
      margin: 0.4rem 0;
    }

    lm-playground button,
    lm-playground input[type="text"],
    lm-playground input[type="number"] {
      background-color: var(--pst-color-surface, Canvas);
      border: 1px solid var(--pst-color-text-muted, #666);
      border-radius: 0.25rem;
      color: var(--pst-color-text-base, CanvasText);
      font: inherit;
      min-height: 2rem;
      padding: 0.15rem 0.6rem;
    }

    lm-playground button:hover:enabled {
      border-color: var(--pst-color-text-base, CanvasText);
      text-decoration: underline;
    }

    lm-playground :is(button, input, summary):focus-visible {
      outline: 3px solid var(--pst-color-accent, Highlight);
      outline-offset: 1px;
    }

    lm-playground .lmp-beginning input {
      box-sizing: border-box;
      width: 100%;
    }

    lm-playground .lmp-title {
      font-weight: 600;
    }

    lm-playground .lmp-both,
    lm-playground .lmp-buttons {
      align-items: flex-start;
      display: flex;
      flex-wrap: wrap;
      gap: 0.5rem 1.5rem;
    }

    lm-playground .lmp-buttons {
      gap: 0.5rem;
    }

    lm-playground .lmp-bars {
      flex: 1 1 16rem;
      min-width: 0;
    }

    lm-playground .lmp-bars ol {
      list-style: none;
      margin: 0;
      padding: 0;
    }

    lm-playground .lmp-bars li {
      margin: 0.15rem 0;
    }

    lm-playground .lmp-bars button {
      align-items: center;
      display: grid;
      gap: 0.5rem;
      grid-template-columns: minmax(0, 8rem) minmax(1rem, 1fr) 4.2rem;
      text-align: left;
      width: 100%;
    }

    lm-playground .lmp-word,
    lm-playground th[scope="row"] {
      overflow-wrap: anywhere;
    }

    lm-playground .lmp-bar {
      background-color: var(--pst-color-primary, #0a7d91);
      height: 0.8rem;
      min-width: 1px;
      width: calc(100% * var(--share));
    }

    lm-playground .lmp-number {
      font-variant-numeric: tabular-nums;
      text-align: right;
    }

    lm-playground .lmp-written {
      border-left: 3px solid var(--pst-color-primary, #0a7d91);
      overflow-wrap: anywhere;
      padding-left: 0.75rem;
    }

    lm-playground .lmp-written:empty,
    lm-playground .lmp-reading:empty {
      display: none;
    }

    lm-playground .lmp-reading {
      overflow-wrap: anywhere;
    }

    lm-playground .lmp-slider {
      align-items: center;
      display: grid;
      gap: 0.5rem;
      grid-template-columns: 10rem minmax(4rem, 20rem) 5rem;
    }

    lm-playground .lmp-slider input {
      min-width: 0;
      width: 100%;
    }

    lm-playground .lmp-seed input {
      width: 7rem;
    }

    lm-playground .lmp-states table {
      border-collapse: collapse;
      table-layout: fixed;
      width: 100%;
    }

    lm-playground .lmp-states caption {
      caption-side: top;
      color: inherit;
      text-align: left;
    }

    lm-playground .lmp-states :is(th, td) {
      padding: 0.1rem 0.4rem 0.1rem 0;
      text-align: left;
    }

    lm-playground .lmp-states :is(th, td):first-child {
      width: 8rem;
    }

    lm-playground .lmp-states :is(th, td):last-child {
      text-align: right;
      white-space: nowrap;
      width: 5.5rem;
    }

    lm-playground canvas {
      border: 1px solid var(--pst-color-border, #888);
      display: block;
      height: 1.2rem;
      image-rendering: pixelated;
      width: 100%;
    }

    @media (max-width: 600px) {
      lm-playground .lmp-bars button {
        grid-template-columns: minmax(0, 6rem) minmax(1rem, 1fr) 4.2rem;
      }

      lm-playground .lmp-slider {
        grid-template-columns: minmax(4rem, 1fr) 5rem;
      }

      lm-playground .lmp-slider label {
        grid-column: 1 / -1;
      }

      lm-playground .lmp-states :is(th, td):first-child {
        width: 5.5rem;
      }
    }

    /* For screen readers only. */
    lm-playground .lmp-hidden {
      clip-path: inset(50%);
      height: 1px;
      overflow: hidden;
      position: absolute;
      white-space: nowrap;
      width: 1px;
    }`;

  let loading = null;

  // Load the model as a script, which a page that was opened from disk may do too; once per page.
  function load() {
    loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = MODEL;
      script.onload = () => {
        try {
          require(registered, "the file is damaged");
          resolve(readModel(registered));
          registered = null; // the text of the file is needed no more
        } catch (error) {
          reject(error);
        }
      };
      script.onerror = () => reject(new Error("the file was not found"));
      document.head.append(script);
    });
    loading.catch(() => (loading = null)); // so that the reader can try again
    return loading;
  }

  // An element with properties and children; texts are set as text, never as HTML.
  function make(name, properties = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
      if (key in element) element[key] = value;
      else element.setAttribute(key, value);
    }
    element.append(...children);
    return element;
  }

  const percent = (p) => (p > 0 && p < 0.001 ? "<0.1%" : `${(100 * p).toFixed(1)}%`);

  // A list of the most probable words. The buttons stay and change their texts, so that the
  // keyboard's focus stays too.
  class Bars {
    constructor(title, choose) {
      this.rows = Array.from({ length: SHOWN }, () => {
        const word = make("span", { className: "lmp-word" });
        const bar = make("span", { className: "lmp-bar", "aria-hidden": "true" });
        const number = make("span", { className: "lmp-number" });
        const button = make("button", { type: "button" }, word, " ", bar, " ", number);
        const item = make("li", {}, button);
        button.addEventListener("click", () => choose(this.ids[this.rows.indexOf(row)]));
        const row = { word, bar, number, button, item };
        return row;
      });
      this.title = make("p", { className: "lmp-title" }, title);
      const list = make("ol", { "aria-label": title }, ...this.rows.map((row) => row.item));
      this.element = make("div", { className: "lmp-bars" }, this.title, list);
      this.list = list;
    }

    show(title, probabilities, tokens) {
      this.title.textContent = title;
      this.list.setAttribute("aria-label", title);
      this.ids = ranking(probabilities).slice(0, SHOWN);
      this.rows.forEach(({ word, bar, number, item }, i) => {
        const p = probabilities[this.ids[i]] ?? 0;
        item.hidden = !(p > 0);
        word.textContent = NAMES[this.ids[i]] ?? tokens[this.ids[i]];
        bar.style.setProperty("--share", p);
        number.textContent = percent(p);
      });
      const focused = this.rows.find((row) => row.button === document.activeElement);
      if (focused?.item.hidden) this.rows[0].button.focus();
    }
  }

  const BLUE = [33, 102, 172], WHITE = [247, 247, 247], ORANGE = [179, 88, 6];

  // A strip of one colour for each unit: blue is -1, white 0, orange 1.
  function strip(values) {
    const canvas = make("canvas", { width: values.length, height: 1, "aria-hidden": "true" });
    const context = canvas.getContext("2d");
    const image = context.createImageData(values.length, 1);
    values.forEach((value, j) => {
      const end = value < 0 ? BLUE : ORANGE;
      const share = Math.min(1, Math.abs(value));
      const colour = WHITE.map((white, i) => Math.round(white + share * (end[i] - white)));
      image.data.set([...colour, 255], 4 * j);
    });
    context.putImageData(image, 0, 0);
    return canvas;
  }

  let number = 0; // of the elements of the page, for ids

  class Playground extends HTMLElement {
    connectedCallback() {
      if (this.begun) return;
      this.begun = true;
      if (!document.getElementById("lm-playground-style")) {
        document.head.append(make("style", { id: "lm-playground-style" }, STYLE));
      }
      this.id ||= `lm-playground-${++number}`;
      this.kind = this.getAttribute("models") ?? "both"; // or "lstm", or "ngram"
      const controls = this.getAttribute("controls") ?? "temperature top-k top-p seed state";
      this.controls = new Set(controls.split(" "));
      this.status = make("p", { role: "status", className: "lmp-status" });
      const size = this.getAttribute("megabytes");
      const name = `Load the model${size ? ` (${size} MB)` : ""}`;
      const button = make("button", { type: "button", className: "lmp-load" }, name);
      button.addEventListener("click", () => this.start(button));
      this.append(make("p", {}, button), this.status);
    }

    async start(button) {
      button.disabled = true;
      this.status.textContent = "Loading …";
      try {
        this.model = await load();
        if (this.kind !== "lstm") require(this.model.tables.length, "it has no n-gram model");
        this.build();
      } catch (error) {
        this.status.textContent = `The model could not be used: ${error.message}.`;
        button.disabled = false;
        return;
      }
      this.status.textContent = "The model is here. It runs in this page; nothing is sent.";
      this.input.focus();
    }

    // A slider with its label and its value as text.
    slider(control, label, properties, textOf = (value) => value.toFixed(2)) {
      const id = `${this.id}-${control}`;
      const input = make("input", { type: "range", id, ...properties });
      const output = make("output", { htmlFor: id });
      const show = () => {
        output.textContent = textOf(Number(input.value));
        input.setAttribute("aria-valuetext", output.textContent);
      };
      input.addEventListener("input", () => {
        show();
        this.update();
      });
      show();
      const row = make("p", { className: "lmp-slider" });
      row.append(make("label", { htmlFor: id }, label), " ", input, " ", output);
      return { input, row, value: () => Number(input.value) };
    }

    build() {
      this.text = new Text(this.model);
      this.buildInput();
      this.buildSliders();
      const both = this.kind === "both";
      this.bars = new Bars("Next word", (id) => this.choose(id));
      this.beside = both ? new Bars("Kneser–Ney", (id) => this.choose(id)) : null;
      const bars = make("div", { className: "lmp-both" }, this.bars.element);
      if (both) bars.append(this.beside.element);
      const state = this.buildStates();
      const content = [this.reading, bars, this.buttons, this.status, this.written];
      const panel = make("div", { className: "lmp-panel" });
      panel.append(this.beginning, ...content, ...this.sliderRows, ...(state ? [state] : []));
      this.replaceChildren(panel);
      this.type();
    }

    buildInput() {
      const id = `${this.id}-beginning`;
      this.input = make("input", {
        type: "text", id, autocomplete: "off", spellcheck: false, maxLength: 2000,
        value: this.getAttribute("start") ?? "",
      });
      this.input.addEventListener("input", () => this.type());
      this.beginning = make("p", { className: "lmp-beginning" });
      this.beginning.append(make("label", { htmlFor: id }, "A beginning"), " ", this.input);
      this.reading = make("p", { className: "lmp-reading" });
      this.written = make("p", { className: "lmp-written", "aria-live": "polite" });
      const button = (name, action) => {
        const made = make("button", { type: "button" }, name);
        made.addEventListener("click", action);
        return made;
      };
      this.buttons = make("p", { className: "lmp-buttons" });
      this.buttons.append(
        button("Step: draw one word", () => this.extend(1)),
        button("Generate 20 words", () => this.restart() || this.extend(20)),
        button("Start again", () => this.clear()),
      );
      this.seed = make("input", {
        type: "number", id: `${this.id}-seed`, min: 0, max: 4294967295, step: 1, value: "42",
      });
      this.seed.addEventListener("input", () => this.restart());
      if (this.controls.has("seed")) {
        const label = make("label", { htmlFor: this.seed.id }, "Seed");
        this.buttons.append(make("span", { className: "lmp-seed" }, label, " ", this.seed));
      }
    }

    buildSliders() {
      const all = {
        temperature: this.slider("temperature", "Temperature", {
          min: 0, max: 2, step: 0.05, value: 1,
        }),
        topK: this.slider(
          "top-k", "Top-k", { min: 0, max: TOP_K.length - 1, step: 1, value: TOP_K.length - 1 },
          (i) => (TOP_K[i] === null ? "all words" : String(TOP_K[i])),
        ),
        topP: this.slider("top-p", "Top-p", { min: 0.05, max: 1, step: 0.05, value: 1 }),
        weight: this.slider("weight", "Share of the LSTM", {
          min: 0, max: 1, step: 0.05, value: this.kind === "ngram" ? 0 : 1,
        }),
      };
      this.sliders = all;
      const shown = [["temperature", "temperature"], ["top-k", "topK"], ["top-p", "topP"]]
        .filter(([control]) => this.controls.has(control))
        .map(([, name]) => all[name].row);
      this.sliderRows = this.kind === "both" ? [...shown, all.weight.row] : shown;
    }

    buildStates() {
      if (this.kind === "ngram" || !this.controls.has("state")) return null;
      const units = this.model.network.units;
      this.stateRows = make("tbody");
      const head = make("tr");
      for (const title of ["Word", `State: ${units} units`, "Change"]) {
        head.append(make("th", { scope: "col" }, title));
      }
      const caption =
        "The hidden state after each word. A column is a unit: blue is -1, white 0, orange 1. " +
        "The change is the mean distance to the state before.";
      const table = make("table", {}, make("caption", {}, caption), make("thead", {}, head));
      table.append(this.stateRows);
      this.states = make("details", { className: "lmp-states" });
      this.states.append(make("summary", {}, "The hidden state, word by word"), table);
      this.states.addEventListener("toggle", () => this.showStates());
      return this.states;
    }

    options() {
      const { temperature, topK, topP } = this.sliders;
      return {
        temperature: temperature.value(),
        topK: TOP_K[topK.value()],
        topP: topP.value() < 1 ? topP.value() : null,
      };
    }

    // The draws begin anew, as those of Python's generate with this seed.
    restart() {
      this.draws = uniformDraws(Math.max(0, Math.floor(Number(this.seed.value) || 0)));
    }

    type() {
      this.restart();
      this.text.set(tokenize(this.input.value).slice(0, LONGEST));
      this.written.textContent = "";
      this.update();
    }

    clear() {
      this.input.value = this.getAttribute("start") ?? "";
      this.type();
      this.status.textContent = "Begun anew.";
    }

    choose(id) {
      if (id === EOS) {
        this.status.textContent = "The sentence ends here. Type, or start again.";
      } else if (this.text.words.length < LONGEST) {
        this.text.add(id);
        this.afterwards(true);
      }
    }

    extend(count) {
      let goesOn = true;
      for (let i = 0; i < count && goesOn && this.text.words.length < LONGEST; i++) {
        goesOn = this.text.draw(this.sliders.weight.value(), this.options(), this.draws());
      }
      this.afterwards(goesOn);
    }

    afterwards(goesOn) {
      const full = this.text.words.length >= LONGEST;
      this.input.value = this.text.words.join(" ");
      this.written.textContent = this.text.words.join(" ");
      this.status.textContent = !goesOn
        ? "The model ended the sentence."
        : full ? `${LONGEST} words are the most. Start again.` : "";
      this.update();
    }

    update() {
      const { tokens, ids } = this.model;
      const unknown = this.text.words.filter((word) => !ids.has(word));
      this.reading.textContent = unknown.length
        ? `Not among the model's ${tokens.length} words, so read as <unk>: ${unknown.join(", ")}`
        : "";
      const weight = this.sliders.weight.value();
      const title =
        this.kind === "ngram" || weight === 0 ? "Next word, by Kneser–Ney"
        : weight === 1 ? "Next word, by the LSTM"
        : `Next word, ${Math.round(100 * weight)}% LSTM and the rest Kneser–Ney`;
      const shown = nextWordProbabilities(this.text.scores(weight), this.options());
      this.bars.show(title, shown, tokens);
      if (this.beside) {
        const counted = nextWordProbabilities(this.text.scores(0), this.options());
        this.beside.show("Beside it: Kneser–Ney of order 5 alone", counted, tokens);
      }
      this.showStates();
    }

    showStates() {
      if (!this.states?.open) return;
      const { words, states } = this.text;
      const first = Math.max(0, words.length - SHOWN_STATES);
      const rows = words.slice(first).map((word, i) => {
        const { h } = states[first + i];
        const before = (states[first + i - 1] ?? this.text.start).h;
        const change = h.reduce((sum, value, j) => sum + Math.abs(value - before[j]), 0) / h.length;
        const largest = h.reduce((best, v, j) => (Math.abs(v) > Math.abs(h[best]) ? j : best), 0);
        const words_ = `largest: unit ${largest + 1}, ${h[largest].toFixed(2)}`;
        const cell = make("td", {}, strip(h), make("span", { className: "lmp-hidden" }, words_));
        const head = make("th", { scope: "row" }, word);
        return make("tr", {}, head, cell, make("td", {}, change.toFixed(2)));
      });
      this.stateRows.replaceChildren(...rows);
    }
  }

  customElements.define("lm-playground", Playground);
})();
