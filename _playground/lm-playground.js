// <lm-playground>: a language model that runs in the page. No framework, no request to any host.
//
// The first part computes: it does in JavaScript what lmbook_utils/export does in Python, and the
// tests compare the two. The second part shows. The model is a script beside this one (model.js),
// because a page that was opened from disk may not fetch a file; it is loaded when a reader asks.
(() => {
  "use strict";

  const [PAD, UNK, BOS, EOS] = [0, 1, 2, 3]; // the ids of the special tokens
  const BANNED = [UNK, PAD, BOS]; // what is never drawn

  // --- Reading the file ------------------------------------------------------------------------

  function bytes(text, name) {
    let binary;
    try {
      binary = atob(text);
    } catch {
      throw new Error(`${name} is no base64`);
    }
    return Uint8Array.from(binary, (character) => character.charCodeAt(0)).buffer;
  }

  function numbers(text, Kind, length, name) {
    const buffer = bytes(text, name);
    if (buffer.byteLength !== length * Kind.BYTES_PER_ELEMENT)
      throw new Error(`${name} has another length than its shape asks`);
    return new Kind(buffer); // little-endian, as on every machine that runs a browser
  }

  function matrix(stored, rows, columns, name) {
    if (stored.bits === 32) return numbers(stored.values, Float32Array, rows * columns, name);
    const values = numbers(stored.values, Int8Array, rows * columns, name);
    const scales = numbers(stored.scales, Float32Array, rows, name);
    return Float32Array.from(values, (value, i) => value * scales[Math.floor(i / columns)]);
  }

  function levels(stored, length, name) {
    const values = numbers(stored.values, Uint16Array, length, name);
    return Float64Array.from(values, (value) => stored.low + stored.step * value);
  }

  function readNetwork(stored, words) {
    const units = stored.units;
    return {
      units,
      embedding: matrix(stored.embedding, words, units, "embedding"),
      kernel: matrix(stored.kernel, 4 * units, units, "kernel"),
      recurrent: matrix(stored.recurrent, 4 * units, units, "recurrent"),
      bias: numbers(stored.bias, Float32Array, 4 * units, "bias"),
      outputBias: numbers(stored.output_bias, Float32Array, words, "output_bias"),
    };
  }

  function readTables(stored, words) {
    const tables = [];
    for (const [i, entry] of stored.entries()) {
      const table = { logProbs: levels(entry.probs, entry.ngrams, "probs") };
      if (entry.backoffs) table.logBackoffs = levels(entry.backoffs, entry.ngrams, "backoffs");
      if (i > 0) {
        const contexts = stored[i - 1].ngrams;
        const followers = numbers(entry.followers, Uint16Array, contexts, "followers");
        table.starts = new Uint32Array(contexts + 1);
        for (let c = 0; c < contexts; c++) table.starts[c + 1] = table.starts[c] + followers[c];
        table.words = numbers(entry.words, Uint16Array, entry.ngrams, "words");
        if (table.starts[contexts] !== entry.ngrams || table.words.some((word) => word >= words))
          throw new Error(`the table of order ${i + 1} is not consistent`);
      }
      tables.push(table);
    }
    return tables;
  }

  function readModel(header, content) {
    if (header?.format !== "lmbook playground" || header.version !== 1)
      throw new Error("the model has another format or version than this page can read");
    const tokens = content.vocabulary;
    return {
      tokens,
      ids: new Map(tokens.map((token, id) => [token, id])),
      network: readNetwork(content.network, tokens.length),
      tables: readTables(content.ngrams ?? [], tokens.length),
      about: content.about,
    };
  }

  // --- Computing -------------------------------------------------------------------------------

  const sigmoid = (x) => 1 / (1 + Math.exp(-x));

  function addProduct(target, weights, vector) {
    const columns = vector.length;
    for (let row = 0; row < target.length; row++) {
      let sum = 0;
      for (let column = 0, at = row * columns; column < columns; column++, at++)
        sum += weights[at] * vector[column];
      target[row] += sum;
    }
    return target;
  }

  /** The hidden state after each of some words, read from a state of zero. */
  function hiddenStates({ units, embedding, kernel, recurrent, bias }, ids) {
    let [h, c] = [new Float64Array(units), new Float64Array(units)];
    return ids.map((id) => {
      const gates = Float64Array.from(bias);
      addProduct(gates, kernel, embedding.subarray(id * units, (id + 1) * units));
      addProduct(gates, recurrent, h);
      const [newH, newC] = [new Float64Array(units), new Float64Array(units)];
      for (let u = 0; u < units; u++) {
        const [i, f, g, o] = [0, 1, 2, 3].map((gate) => gates[gate * units + u]);
        newC[u] = sigmoid(f) * c[u] + sigmoid(i) * Math.tanh(g);
        newH[u] = sigmoid(o) * Math.tanh(newC[u]);
      }
      [h, c] = [newH, newC];
      return h;
    });
  }

  function logits(network, state) {
    return addProduct(Float64Array.from(network.outputBias), network.embedding, state);
  }

  function logSoftmax(values) {
    const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
    let sum = 0;
    for (const value of values) sum += Math.exp(value - largest);
    return values.map((value) => value - largest - Math.log(sum));
  }

  /** The place of a word among the followers of a context, -1 if it is not there. */
  function findFollower(table, context, word) {
    let [low, high] = [table.starts[context], table.starts[context + 1]];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (table.words[middle] < word) low = middle + 1;
      else high = middle;
    }
    return low < table.starts[context + 1] && table.words[low] === word ? low : -1;
  }

  function rankOf(tables, ids) {
    let rank = ids[0];
    for (let n = 1; n < ids.length && rank >= 0; n++) rank = findFollower(tables[n], rank, ids[n]);
    return rank;
  }

  /** The n-gram model's log-probability of every word after a context that begins with <s>. */
  function countedLogProbs(tables, context) {
    const logProbs = Float64Array.from(tables[0].logProbs);
    for (let n = 2; n <= Math.min(tables.length, context.length + 1); n++) {
      const rank = rankOf(tables, context.slice(context.length - n + 1));
      if (rank < 0) continue;
      const backoff = tables[n - 2].logBackoffs[rank];
      for (let word = 0; word < logProbs.length; word++) logProbs[word] += backoff;
      const { starts, words, logProbs: known } = tables[n - 1];
      for (let at = starts[rank]; at < starts[rank + 1]; at++) logProbs[words[at]] = known[at];
    }
    return logProbs;
  }

  /** Log-probabilities of the next word by the network, by counts, and by both together. */
  function predict(model, ids, weight) {
    const states = hiddenStates(model.network, [EOS, ...ids]);
    const network = logSoftmax(logits(model.network, states.at(-1)));
    const counted = model.tables.length ? countedLogProbs(model.tables, [BOS, ...ids]) : null;
    const mixed =
      weight === 1 || !counted
        ? network
        : network.map((x, i) => Math.log(weight * Math.exp(x) + (1 - weight) * Math.exp(counted[i])));
    return { states, network, counted, mixed };
  }

  function scaleToOne(probabilities) {
    const sum = probabilities.reduce((a, b) => a + b, 0);
    return probabilities.map((p) => p / sum);
  }

  /** What the next word is drawn from: as generation.next_word_probabilities in Python. */
  function nextWordProbabilities(logProbs, { temperature = 1, topK = null, topP = null } = {}) {
    const z = Float64Array.from(logProbs);
    for (const id of BANNED) z[id] = -Infinity;
    if (temperature === 0) [topK, temperature] = [1, 1];
    const largest = z.reduce((a, b) => Math.max(a, b), -Infinity);
    let p = scaleToOne(z.map((value) => Math.exp((value - largest) / temperature)));
    const order = Array.from(p.keys()).sort((a, b) => p[b] - p[a] || a - b);
    if (topK !== null) {
      for (const id of order.slice(topK)) p[id] = 0;
      p = scaleToOne(p);
    }
    if (topP !== null) {
      let mass = 0;
      for (const [place, id] of order.entries()) {
        const before = mass;
        mass += p[id];
        if (place > 0 && before >= topP) p[id] = 0;
      }
      p = scaleToOne(p);
    }
    return p;
  }

  /** Numbers from 0 up to 1 by the generator mulberry32, the same as Python's uniform_draws. */
  function uniformDraws(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }

  function drawWord(probabilities, draw) {
    const wanted = draw();
    let [sum, last] = [0, EOS];
    for (let id = 0; id < probabilities.length; id++) {
      if (probabilities[id] === 0) continue;
      sum += probabilities[id];
      last = id;
      if (sum > wanted) break;
    }
    return last;
  }

  /** One word after the other; yields the ids so far. */
  function* generate(model, ids, options) {
    const draw = uniformDraws(options.seed ?? 0);
    for (let n = 0; n < (options.maxTokens ?? 30); n++) {
      const { mixed } = predict(model, ids, options.weight ?? 1);
      const id = drawWord(nextWordProbabilities(mixed, options), draw);
      if (id === EOS) return;
      ids = [...ids, id];
      yield ids;
    }
  }

  /** The words of what a reader typed, as near to the book's tokenizer as a line can be. */
  function tokenize(text) {
    return text.toLowerCase().match(/[\p{L}\p{N}]+(?:[-.,'’][\p{L}\p{N}]+)*|[^\s\p{L}\p{N}]/gu) ?? [];
  }

  // --- Loading ---------------------------------------------------------------------------------

  const here = globalThis.document?.currentScript?.src;
  let [registered, loading] = [null, null];

  const lmPlayground = {
    register(header, content) {
      registered = readModel(header, content);
      return registered;
    },
    load() {
      loading ??= new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = new URL("model.js", here).href;
        script.onload = () =>
          registered ? resolve(registered) : reject(new Error("the model could not be read"));
        script.onerror = () => reject(new Error("the model could not be loaded"));
        document.head.append(script);
      });
      loading.catch(() => (loading = null)); // so that one may try again
      return loading;
    },
    core: { readModel, hiddenStates, logits, predict, nextWordProbabilities, uniformDraws, generate,
      tokenize },
  };
  globalThis.lmPlayground = lmPlayground;
  if (!globalThis.customElements) return;

  // --- Showing ---------------------------------------------------------------------------------

  const SHOWN = 10; // next words
  const STYLE = `
    lm-playground { display: block; border: 1px solid var(--pst-color-border, #c9c9c9);
      border-radius: 0.4rem; padding: 1rem; margin: 1rem 0; overflow-wrap: anywhere; }
    lm-playground .lm-row { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; margin: 0.6rem 0;
      align-items: end; }
    lm-playground label { display: flex; flex-direction: column; font-size: 0.9rem; }
    lm-playground .lm-wide { flex: 1 1 100%; }
    lm-playground input[type="text"], lm-playground input[type="number"] { font: inherit;
      padding: 0.3rem; color: inherit; background: var(--pst-color-background, #fff);
      border: 1px solid var(--pst-color-text-muted, #595959); border-radius: 0.25rem;
      width: 100%; box-sizing: border-box; }
    lm-playground input[type="range"] { width: 9rem; max-width: 100%; }
    lm-playground button { font: inherit; padding: 0.3rem 0.7rem; cursor: pointer; color: inherit;
      background: var(--pst-color-surface, #f3f4f5); border-radius: 0.25rem;
      border: 1px solid var(--pst-color-text-muted, #595959); }
    lm-playground button:focus-visible, lm-playground input:focus-visible {
      outline: 3px solid var(--pst-color-primary, #0a7d91); outline-offset: 2px; }
    lm-playground ol { list-style: none; padding: 0; margin: 0.4rem 0; }
    lm-playground li button { display: grid; grid-template-columns: minmax(5rem, 9rem) 1fr;
      gap: 0.6rem; align-items: center; width: 100%; text-align: start; border: none;
      background: none; padding: 0.15rem 0; }
    lm-playground .lm-bar { display: block; height: 0.8rem; min-width: 1px;
      background: var(--pst-color-primary, #0a7d91); }
    lm-playground .lm-numbers { font-size: 0.85rem; }
    lm-playground canvas { width: 100%; height: auto; image-rendering: pixelated;
      border: 1px solid var(--pst-color-border, #c9c9c9); }
    lm-playground output { display: block; min-height: 1.5em; }`;

  function element(name, properties = {}, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  function addStyle() {
    if (document.getElementById("lm-playground-style")) return;
    document.head.append(element("style", { id: "lm-playground-style", textContent: STYLE }));
  }

  const percent = (logProb) => `${(100 * Math.exp(logProb)).toFixed(1)}%`;

  class Playground extends HTMLElement {
    connectedCallback() {
      if (this.started) return;
      this.started = true;
      addStyle();
      const size = this.getAttribute("megabytes");
      this.message = element("p", { role: "status" });
      this.loader = element("button", {
        type: "button",
        textContent: size ? `Load the model (${size} MB)` : "Load the model",
        onclick: () => this.load(),
      });
      this.append(this.loader, this.message);
    }

    async load() {
      this.loader.disabled = true;
      this.message.textContent = "Loading …";
      try {
        this.model = await lmPlayground.load();
        this.show();
      } catch (error) {
        this.message.textContent = `That did not work: ${error.message}.`;
        this.loader.disabled = false;
      }
    }

    show() {
      const counted = this.model.tables.length > 0;
      this.text = element("input", { type: "text", autocomplete: "off", spellcheck: false });
      this.text.value = this.getAttribute("start") ?? "";
      this.text.oninput = () => this.refresh();
      this.sliders = [
        this.slider("temperature", "Temperature", 0, 2, 0.1, 1),
        this.slider("topK", "Top-k", 0, 100, 1, 0, (value) => (value ? `${value} words` : "all")),
        this.slider("topP", "Top-p", 0.05, 1, 0.05, 1),
      ];
      if (counted)
        this.sliders.push(this.slider("weight", "Weight of the network", 0, 1, 0.05, 1));
      this.seed = element("input", { type: "number", min: 0, max: 4294967295, value: 0 });
      this.bars = element("ol");
      this.read = element("p", { className: "lm-numbers" });
      this.map = element("canvas", { role: "img" });
      this.output = element("output");
      const button = (textContent, onclick) =>
        element("button", { type: "button", textContent, onclick });
      this.replaceChildren(
        element("label", { className: "lm-wide" }, "The beginning of a sentence", this.text),
        this.read,
        element("div", { className: "lm-row" }, ...this.sliders.map(({ label }) => label),
          element("label", {}, "Seed", this.seed)),
        element("div", { className: "lm-row" },
          button("Step", () => this.step()),
          button("Generate", () => this.generate()),
          button("Start again", () => this.restart())),
        this.output,
        element("p", { className: "lm-numbers", textContent: counted
          ? "The most probable next words (choose one to add it): together; network, counts"
          : "The most probable next words (choose one to add it)" }),
        this.bars,
        element("p", { className: "lm-numbers", textContent:
          "The hidden state: a row for each word, a column for each unit" }),
        this.map,
      );
      this.refresh();
      this.text.focus();
    }

    slider(key, name, min, max, step, value, say = (number) => number.toFixed(2)) {
      const shown = element("span");
      const input = element("input", { type: "range", min, max, step, value });
      const update = () => {
        shown.textContent = `${name}: ${say(Number(input.value))}`;
        input.setAttribute("aria-valuetext", say(Number(input.value)));
      };
      input.oninput = () => {
        update();
        this.refresh();
      };
      update();
      return { key, input, label: element("label", {}, shown, input) };
    }

    options() {
      const values = Object.fromEntries(
        this.sliders.map(({ key, input }) => [key, Number(input.value)]));
      values.topK ||= null;
      if (values.topP === 1) values.topP = null;
      values.weight ??= 1;
      values.seed = Number(this.seed.value) >>> 0;
      return values;
    }

    ids() {
      return tokenize(this.text.value).map((token) => this.model.ids.get(token) ?? UNK);
    }

    refresh() {
      this.draws = null;
      this.output.textContent = "";
      this.look();
    }

    look() {
      const [ids, options] = [this.ids(), this.options()];
      const words = tokenize(this.text.value);
      const unknown = words.filter((_, i) => ids[i] === UNK);
      this.read.textContent = unknown.length
        ? `Read as <unk>, because the model does not know it: ${unknown.join(", ")}`
        : `${words.length} words, all known to the model`;
      const found = predict(this.model, ids, options.weight);
      const p = nextWordProbabilities(found.mixed, options);
      const order = Array.from(p.keys()).sort((a, b) => p[b] - p[a] || a - b).slice(0, SHOWN);
      this.bars.replaceChildren(...order.filter((id) => p[id] > 0)
        .map((id) => this.bar(id, p[id], found)));
      this.heatMap(words, found.states);
      return p;
    }

    bar(id, probability, { network, counted }) {
      const name = id === EOS ? "(end of the sentence)" : this.model.tokens[id];
      const numbers = `${(100 * probability).toFixed(1)}%` +
        (counted ? `; ${percent(network[id])}, ${percent(counted[id])}` : "");
      const line = element("span", { className: "lm-bar", ariaHidden: "true" });
      line.style.width = `${100 * probability}%`;
      return element("li", {}, element("button", { type: "button", onclick: () => this.add(id) },
        element("span", { textContent: name }),
        element("span", {}, line, element("span", { className: "lm-numbers", textContent: numbers }))));
    }

    add(id) {
      if (id === EOS) {
        this.output.textContent = "The sentence ends here.";
        return false;
      }
      this.text.value = `${this.text.value.trimEnd()} ${this.model.tokens[id]}`.trimStart();
      this.output.textContent = this.text.value;
      this.look();
      return true;
    }

    step() {
      this.draws ??= uniformDraws(this.options().seed);
      this.add(drawWord(this.look(), this.draws));
    }

    async generate() {
      const [run, options] = [(this.run = Symbol("run")), this.options()];
      const before = this.text.value.trimEnd();
      const start = this.ids();
      for (const ids of generate(this.model, start, options)) {
        const added = ids.slice(start.length).map((id) => this.model.tokens[id]);
        this.text.value = [before, ...added].join(" ").trimStart();
        this.look();
        await new Promise((resume) => setTimeout(resume));
        if (this.run !== run) return; // another one was begun
      }
      this.output.textContent = this.text.value;
    }

    restart() {
      this.run = null;
      this.text.value = this.getAttribute("start") ?? "";
      this.refresh();
    }

    heatMap(words, states) {
      const [rows, columns] = [states.length, this.model.network.units];
      this.map.width = columns;
      this.map.height = rows;
      this.map.style.aspectRatio = `${columns} / ${Math.max(4 * rows, 8)}`;
      const pen = this.map.getContext("2d");
      const picture = pen.createImageData(columns, rows);
      states.forEach((state, row) => state.forEach((value, column) => {
        const [at, pale] = [4 * (row * columns + column), Math.round(255 * (1 - Math.abs(value)))];
        // from blue (-1) over white (0) to red (1)
        picture.data.set(value < 0 ? [pale, pale, 255, 255] : [255, pale, pale, 255], at);
      }));
      pen.putImageData(picture, 0, 0);
      const changes = states.slice(1).map((state, i) =>
        state.reduce((sum, value, u) => sum + Math.abs(value - states[i][u]), 0));
      const most = words[changes.indexOf(Math.max(...changes))];
      this.map.setAttribute("aria-label", `Hidden state of ${columns} units, blue for -1 to red ` +
        `for 1, after each of ${words.length} words` +
        (most ? `; it changes most at "${most}".` : "."));
    }
  }

  customElements.define("lm-playground", Playground);
})();
