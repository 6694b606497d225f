import { lazy, Suspense } from "react";
import css from "./parts.module.css";

export type CodeLanguage = "json" | "xml" | "html";

export interface CodeViewProps {
  text: string;
  /** Accessible name. */
  label: string;
  language?: CodeLanguage;
  /** With it the text can be edited; it gets each change. */
  onChange?(text: string): void;
  wrap?: boolean;
  /** What to mark in it, in order and without overlaps; the first is scrolled to. */
  hits?: readonly { from: number; to: number }[];
  className?: string;
}

const CodeEditor = lazy(() => import("./CodeEditor"));

/** Text in CodeMirror, read-only unless onChange is given. The parent bounds the height. */
export function CodeView(props: CodeViewProps) {
  const look = props.className ? `${css.codeView} ${props.className}` : css.codeView;
  return (
    <Suspense fallback={<div className={look} />}>
      <CodeEditor {...props} />
    </Suspense>
  );
}
