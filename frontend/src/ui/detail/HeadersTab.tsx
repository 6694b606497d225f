import { formatForm } from "../../model/form";
import type { Detail } from "../../model/types";
import css from "./Detail.module.css";
import { headerLines, PairTable } from "./PairTable";

/** Headers in the order of the wire, query parameters and trailers. */
export function HeadersTab({ detail }: { detail: Detail }) {
  const { headers, query, trailers } = detail;
  return (
    <div className={css.scroll}>
      {headers.length === 0 ? (
        <p className={css.dim}>The request had no headers.</p>
      ) : (
        <PairTable title="Headers" place="header" pairs={headers} all={() => headerLines(headers)} />
      )}
      {query.length > 0 && (
        <PairTable
          title="Query parameters"
          place="query"
          pairs={query}
          all={() => formatForm(query.map(([name, value]) => ({ name, value })))}
        />
      )}
      {trailers.length > 0 && (
        <PairTable title="Trailers" pairs={trailers} all={() => headerLines(trailers)} />
      )}
    </div>
  );
}
