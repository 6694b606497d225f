/** The detail pane of one request. */
export function Detail({ seq }: { seq: number }) {
  return <section aria-label={`Request ${seq}`}>#{seq}</section>;
}
