import { useMemo, useState } from "react";
import { plural, bytes as size } from "../../../model/format";
import { decodeText } from "../../../model/sniff";
import { useDesk } from "../../../state/desk";
import { useStore } from "../../../state/store";
import { words } from "../../../state/toasts";
import { DownloadIcon, IconButton, Segmented } from "../../parts";
import { saveBody } from "../copy";
import css from "../Detail.module.css";
import { useHits } from "../marks";
import { TextLines } from "../TextLines";
import { FormView } from "./FormView";
import { HexView } from "./HexView";
import { ImageView } from "./ImageView";
import { Notes } from "./Notes";
import { PartsView } from "./PartsView";
import { SourceView } from "./SourceView";
import type { BodySource } from "./source";
import { TreeView } from "./TreeView";
import { type Body, useBody } from "./useBody";
import { type JsonReading, useJson } from "./useJson";
import { VIEW_NAMES, type View, viewsOf } from "./views";

interface BodyViewProps {
  source: BodySource;
  /** Accessible name of the text. */
  label?: string;
}

/** A body in the ways that suit what it is. Its parent gives it a height or the most it may have. */
export function BodyView({ source, label = "Body" }: BodyViewProps) {
  const { body, error } = useBody(source);
  if (body) return <Views source={source} body={body} label={label} />;
  return error ? <p className={css.quietEmpty}>{words(error)}</p> : null;
}

function Views({ source, body, label }: { source: BodySource; body: Body; label: string }) {
  const desk = useDesk();
  const { prefs } = desk;
  const wish = useStore(prefs, (p) => p.bodyView);
  const [tools, setTools] = useState<HTMLElement | null>(null);
  const { bytes, what } = body;
  const { text } = useMemo(() => decodeText(bytes, what.charset), [bytes, what.charset]);
  const json = useJson(what.kind === "json" && body.whole ? text : undefined);
  const isJson = json.doc !== undefined || json.progress !== undefined;
  const views = viewsOf(what, body.whole, bytes.length, isJson);
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
        <Found text={text} />
        <IconButton
          label={`Download the body, ${size(source.bodyBytes)}`}
          icon={<DownloadIcon />}
          onClick={() => void saveBody(desk, source, body.undone !== "")}
        />
      </div>
      <Notes source={source} body={body} fault={json.fault} />
      <div className={css.view}>
        {view === "tree" && json.doc && <TreeView doc={json.doc} tools={tools} />}
        {view === "pretty" && (what.kind !== "json" || json.doc) && (
          <SourceView text={text} doc={json.doc} kind={what.kind} tools={tools} label={label} />
        )}
        {(view === "tree" || view === "pretty") && <Progress reading={json} />}
        {view === "table" && <FormView text={text} />}
        {view === "parts" && <PartsView source={source} body={body} />}
        {view === "image" && what.image && <ImageView bytes={bytes} type={what.image} />}
        {view === "raw" && <TextLines text={text} label={label} />}
        {view === "hex" && <HexView bytes={bytes} tools={tools} />}
      </div>
    </>
  );
}

/** Longer text is not searched as a whole. */
const MOST_SEARCHED = 2_000_000;

/** How often the filter's words are found in the body. */
function Found({ text }: { text: string }) {
  const hits = useHits(text.length <= MOST_SEARCHED ? text : "", "body");
  if (hits.length === 0) return null;
  return (
    <span className={css.matches} role="status" title="How often the filter is found in the body">
      {plural(hits.length, "match", "matches")}
    </span>
  );
}

/** How far a long document is read. */
function Progress({ reading: { progress } }: { reading: JsonReading }) {
  if (progress === undefined) return null;
  return (
    <p className={css.quietEmpty}>
      Reading the JSON…{" "}
      <progress className={css.progress} max={100} value={progress} aria-label="Reading the JSON" />
    </p>
  );
}
