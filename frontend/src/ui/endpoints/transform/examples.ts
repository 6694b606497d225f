/** Something to begin with. */
export interface Example {
  id: string;
  title: string;
  source: string;
}

export const START = `function transform(request) {
  return request;
}
`;

export const EXAMPLES: readonly Example[] = [
  {
    id: "rename",
    title: "Rename a field",
    source: `// The app wants "kind" where the provider writes "type".
function transform(request) {
  const { type, ...rest } = request.json;
  request.json = { kind: type, ...rest };
  return request;
}
`,
  },
  {
    id: "pick",
    title: "Send one kind of event only",
    source: `// What returns nothing is not sent.
function transform(request) {
  const type = request.event ?? request.json?.type;
  if (type !== "invoice.paid") return null;
  return request;
}
`,
  },
  {
    id: "split",
    title: "Split a list into several requests",
    source: `// One delivery each, tried again by itself.
function transform(request) {
  const items = request.json?.items ?? [request.json];
  return items.map((item) => ({ ...request, json: item }));
}
`,
  },
  {
    id: "header",
    title: "Add a header",
    source: `function transform(request) {
  request.headers.set("X-Environment", "development");
  request.headers.set("X-Received-At", request.receivedAt);
  return request;
}
`,
  },
  {
    id: "path",
    title: "Choose the path by the event",
    source: `function transform(request) {
  request.path += "/" + (request.event ?? "other").replaceAll(".", "/");
  request.query.set("from", request.endpoint);
  return request;
}
`,
  },
];
