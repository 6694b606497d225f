import { useMemo } from "react";
import { type JsonDoc, prettyJson } from "../../../model/json";
import type { BodyKind } from "../../../model/sniff";
import { formatXml } from "../../../model/xml";
import { useDesk } from "../../../state/desk";
import { CodeView, CopyButton } from "../../parts";
import detail from "../Detail.module.css";
import { useHits } from "../marks";
import { Tools } from "./Tools";

interface SourceViewProps {
  text: string;
  /** The text as JSON, when it is that: it is then laid out, as XML is. */
  doc: JsonDoc | undefined;
  kind: BodyKind;
  tools: HTMLElement | null;
  /** Accessible name. */
  label: string;
}

/** Coloured source that folds and searches. */
export function SourceView({ text, doc, kind, tools, label }: SourceViewProps) {
  const { host } = useDesk();
  const shown = useMemo(() => {
    if (doc) return prettyJson(doc);
    return (kind === "xml" && formatXml(text)) || text;
  }, [doc, kind, text]);
  const hits = useHits(shown, "body");
  const language = doc ? "json" : kind === "xml" ? "xml" : "html";
  return (
    <>
      <Tools place={tools}>
        <CopyButton small label="Copy" onCopy={() => host.copyText(shown)} />
      </Tools>
      <CodeView
        className={detail.fill}
        text={shown}
        hits={hits}
        language={language}
        label={label}
        wrap={kind !== "json"}
      />
    </>
  );
}
