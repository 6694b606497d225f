import css from "./Transform.module.css";

const ROWS: readonly (readonly [string, string])[] = [
  ["method, url", "text; the url stays on the target's site"],
  [
    "path, query",
    "parts of the url; query and headers are lists of [name, value] with get, getAll, has, set, append, delete",
  ],
  ["headers", "as they came, in order; Host and Content-Length are made anew"],
  ["body, json", "text, and the same read as JSON (undefined when it is none): change one of them"],
  ["bodyBase64", "the bytes, for a body that is no text (body is then null)"],
  ["endpoint, target, seq, receivedAt, provider, event", "about it; provider and event may be null"],
];

/** What a transform gets, and what it may return. */
export function Shape() {
  return (
    <section className={css.shape} aria-label="What a transform gets and returns">
      <p>
        <code>transform(request)</code> returns the request, changed or not; a list of requests, each sent by
        itself; or nothing, and nothing is sent. What a returned object leaves out stays as it was.
      </p>
      <dl>
        {ROWS.map(([name, text]) => (
          <div key={name}>
            <dt>
              <code>{name}</code>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <p>
        It runs alone: no network, files or timers, at most 250 ms and 64 MiB. <code>console.log</code> shows
        here. JSON numbers beyond 2<sup>53</sup> lose digits; change such bodies as text.
      </p>
    </section>
  );
}
