import { useMemo, useState } from "react";
import { bytes as size } from "../../../model/format";
import { JsonError, scanJson } from "../../../model/json";
import { decodeText } from "../../../model/sniff";
import type { Detail } from "../../../model/types";
import { useDesk } from "../../../state/desk";
import { useStore } from "../../../state/store";
import { words } from "../../../state/toasts";
import { DownloadIcon, IconButton, Segmented } from "../../parts";
import { saveBody } from "../copy";
import css from "../Detail.module.css";
import { TextLines } from "../TextLines";
import { FormView } from "./FormView";
import { HexView } from "./HexView";
import { ImageView } from "./ImageView";
import { Notes } from "./Notes";
import { PartsView } from "./PartsView";
import { SourceView } from "./SourceView";
import { TreeView } from "./TreeView";
import { type Body, useBody } from "./useBody";
import { VIEW_NAMES, type View, viewsOf } from "./views";

/** The body, in the ways that suit what it is. */
export function BodyTab({ detail }: { detail: Detail }) {
  const { body, error } = useBody(detail);
  if (detail.bodyBytes === 0) return <p className={css.quietEmpty}>{emptyText(detail)}</p>;
  if (body) return <Views detail={detail} body={body} />;
  return error ? <p className={css.quietEmpty}>{words(error)}</p> : null;
}

function emptyText(detail: Detail): string {
  if (detail.state === "refused") return "Nothing of the body was kept.";
  if (detail.state === "cut") return "Nothing of the body had arrived.";
  return `This ${detail.method} request has no body.`;
}

function Views({ detail, body }: { detail: Detail; body: Body }) {
  const desk = useDesk();
  const { prefs } = desk;
  const wish = useStore(prefs, (p) => p.bodyView);
  const [tools, setTools] = useState<HTMLElement | null>(null);
  const { bytes, what } = body;
  const text = useMemo(() => decodeText(bytes, what.charset), [bytes, what.charset]);
  const json = useMemo(() => {
    if (what.kind !== "json" || !body.whole) return undefined;
    try {
      return scanJson(text.text);
    } catch (cause) {
      if (cause instanceof JsonError) return cause;
      throw cause;
    }
  }, [what.kind, body.whole, text.text]);
  const doc = json instanceof JsonError ? undefined : json;
  const views = viewsOf(what, body.whole, bytes.length, doc !== undefined);
  // A wish for another kind of body is kept for when one comes along.
  const view = views.find((v) => v === wish) ?? views[0] ?? "hex";
  return (
    <>
      <div className={css.tools}>
        {views.length > 1 && (
          <Segmented<View>
            label="Show the body as"
            items={views.map((id) => ({ id, label: VIEW_NAMES[id] }))}
            value={view}
            onChange={(to) => prefs.update((now) => ({ ...now, bodyView: to }))}
          />
        )}
        <div className={css.slot} ref={setTools} />
        <IconButton
          label={`Download the body, ${size(detail.bodyBytes)}`}
          icon={<DownloadIcon />}
          onClick={() => void saveBody(desk, detail, body.undone !== "")}
        />
      </div>
      <Notes detail={detail} body={body} fault={json instanceof JsonError ? json.message : undefined} />
      <div className={css.view}>
        {view === "tree" && doc && <TreeView doc={doc} tools={tools} />}
        {view === "pretty" && <SourceView text={text.text} doc={doc} kind={what.kind} tools={tools} />}
        {view === "table" && <FormView text={text.text} />}
        {view === "parts" && <PartsView bytes={bytes} boundary={what.boundary ?? ""} />}
        {view === "image" && what.image && <ImageView bytes={bytes} type={what.image} />}
        {view === "raw" && <TextLines text={text.text} label="Body" />}
        {view === "hex" && <HexView bytes={bytes} tools={tools} />}
      </div>
    </>
  );
}
