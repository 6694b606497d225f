// What a transform sees, made and read in its own runtime before and after it
// runs. given is JSON: {method, url, path, query, headers, facts}; plainText is
// the body, null when it is not UTF-8; base64() is the body as base64. emit takes
// one request: method, url, path or null, query as JSON or null, headers as JSON
// or null, and the body: null for the one given, or its kind and value.
(function (given, plainText, base64, emit) {
  "use strict";
  const { parse, stringify } = JSON;
  const { isArray } = Array;
  const { keys, defineProperty } = Object;
  const Bytes = Uint8Array;
  const Buffer = ArrayBuffer;
  const text = String;
  const fail = TypeError;

  class Pairs extends Array {
    same(a, b) {
      return text(a) === text(b);
    }
    get(name) {
      for (const pair of this) if (this.same(pair[0], name)) return pair[1];
      return undefined;
    }
    getAll(name) {
      const all = [];
      for (const pair of this) if (this.same(pair[0], name)) all.push(pair[1]);
      return all;
    }
    has(name) {
      return this.get(name) !== undefined;
    }
    set(name, value) {
      let done = false;
      for (let i = 0; i < this.length; i++) {
        if (!this.same(this[i][0], name)) continue;
        if (done) this.splice(i--, 1);
        else this[i] = [this[i][0], text(value)];
        done = true;
      }
      if (!done) this.push([text(name), text(value)]);
      return this;
    }
    append(name, value) {
      this.push([text(name), text(value)]);
      return this;
    }
    delete(name) {
      for (let i = this.length - 1; i >= 0; i--) if (this.same(this[i][0], name)) this.splice(i, 1);
      return this;
    }
  }
  class Headers extends Pairs {
    same(a, b) {
      return text(a).toLowerCase() === text(b).toLowerCase();
    }
  }
  const fill = (into, from) => {
    for (const pair of from) into.push([pair[0], pair[1]]);
    return into;
  };

  // What reads a result below uses no iterators or methods of lists: the
  // transform may have changed them.
  const original = parse(given);
  original.text = plainText;
  const query = stringify(original.query);
  const body = { read: false, json: undefined, was: undefined, base64: undefined, set: undefined };
  const readJson = () => {
    if (body.read) return;
    body.read = true;
    if (original.text === null) return;
    try {
      body.json = parse(original.text);
      body.was = stringify(body.json);
    } catch {
      body.json = undefined;
    }
  };
  const request = {
    method: original.method,
    url: original.url,
    path: original.path,
    query: fill(new Pairs(), original.query),
    headers: fill(new Headers(), original.headers),
    body: original.text,
  };
  defineProperty(request, "json", {
    enumerable: true,
    configurable: true,
    get() {
      readJson();
      return body.json;
    },
    set(value) {
      readJson();
      body.json = value;
    },
  });
  defineProperty(request, "bodyBase64", {
    enumerable: original.text === null,
    configurable: true,
    get() {
      if (body.set !== undefined) return body.set;
      if (body.base64 === undefined) body.base64 = base64();
      return body.base64;
    },
    set(value) {
      body.set = value;
    },
  });
  for (const name of keys(original.facts)) request[name] = original.facts[name];

  const kind = (v) => {
    if (v === null || v === undefined) return text(v);
    return isArray(v) ? "a list" : typeof v === "object" ? "an object" : `a ${typeof v}`;
  };

  const line = (where, name, value) => {
    if (typeof name !== "string") throw new fail(`${where}: a name is ${kind(name)}, but must be a string`);
    if (typeof value === "object" || typeof value === "function" || typeof value === "symbol")
      throw new fail(`${where}: the value of ${name} is ${kind(value)}, but must be a string`);
    return [name, text(value)];
  };
  // Pairs, or an object of names and values; what has no value is left out.
  const pairs = (where, v) => {
    const all = [];
    if (isArray(v)) {
      for (let i = 0; i < v.length; i++) {
        const pair = v[i];
        if (!isArray(pair) || pair.length !== 2) throw new fail(`${where}: item ${i + 1} is ${kind(pair)}, but must be [name, value]`);
        all[all.length] = line(where, pair[0], pair[1]);
      }
      return stringify(all);
    }
    if (typeof v !== "object" || v === null) throw new fail(`${where} is ${kind(v)}, but must be a list of [name, value]`);
    const names = keys(v);
    for (let n = 0; n < names.length; n++) {
      const name = names[n];
      const values = isArray(v[name]) ? v[name] : [v[name]];
      for (let i = 0; i < values.length; i++)
        if (values[i] !== undefined && values[i] !== null) all[all.length] = line(where, name, values[i]);
    }
    return stringify(all);
  };

  const bodyOf = (r) => {
    const changes = [];
    const plain = r.body;
    if (plain !== undefined && plain !== original.text) changes[changes.length] = "body";
    // Asking for a getter that nobody used would only make the same again.
    const coded = r === request && body.set === undefined ? undefined : r.bodyBase64;
    if (coded !== undefined && coded !== body.base64 && coded !== base64()) changes[changes.length] = "bodyBase64";
    const json = r === request && !body.read ? undefined : r.json;
    let written;
    if (json !== undefined) {
      readJson();
      written = stringify(json);
      if (written !== undefined && written !== body.was) changes[changes.length] = "json";
    }
    if (changes.length > 1) throw new fail(`${changes[0]} and ${changes[1]} were both changed: change one of them`);
    switch (changes[0]) {
      case undefined:
        return [null, null];
      case "json":
        return ["text", written];
      case "bodyBase64":
        if (typeof coded !== "string") throw new fail(`bodyBase64 is ${kind(coded)}, but must be a string`);
        return ["base64", coded];
    }
    if (plain === null) return ["text", ""];
    if (typeof plain === "string") return ["text", plain];
    if (plain instanceof Buffer) return ["bytes", plain];
    if (plain instanceof Bytes) return ["bytes", plain.buffer.slice(plain.byteOffset, plain.byteOffset + plain.byteLength)];
    const as = typeof plain === "object" ? stringify(plain) : undefined;
    if (as !== undefined) return ["text", as];
    throw new fail(`body is ${kind(plain)}, but must be a string, an object or bytes`);
  };

  const word = (name, value) => {
    if (typeof value !== "string") throw new fail(`${name} is ${kind(value)}, but must be a string`);
  };

  const one = (r, where) => {
    if (typeof r !== "object" || r === null || isArray(r)) throw new fail(`${where} is ${kind(r)}, but must be a request`);
    const { method = original.method, url = original.url, path = original.path, query: asked, headers } = r;
    word("method", method);
    word("url", url);
    word("path", path);
    let pathTo = path === original.path ? null : path;
    let queryTo = asked === undefined ? null : typeof asked === "string" ? asked : pairs("query", asked);
    if (queryTo === query) queryTo = null;
    if (url !== original.url && (pathTo !== null || queryTo !== null))
      throw new fail("url was changed, and path or query too: change either the url or its parts");
    const sent = bodyOf(r);
    emit(method, url, pathTo, queryTo, headers === undefined ? null : pairs("headers", headers), sent[0], sent[1]);
  };

  return {
    request,
    read(result) {
      if (result === undefined || result === null || result === false) return;
      if (!isArray(result)) return one(result, "what transform returned");
      for (let i = 0; i < result.length; i++) one(result[i], `item ${i + 1} of what transform returned`);
    },
    // An error as text, whatever was thrown.
    describe(e) {
      if (typeof e === "object" && e !== null && typeof e.message === "string") return e.name ? `${e.name}: ${e.message}` : e.message;
      return text(e);
    },
    trace(e) {
      return typeof e === "object" && e !== null && typeof e.stack === "string" ? e.stack : "";
    },
    show(v) {
      if (typeof v === "string") return v;
      if (typeof v === "object" && v !== null && !(v instanceof Error)) return stringify(v);
      return text(v);
    },
  };
});
