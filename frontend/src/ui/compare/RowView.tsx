import { marked } from "../../model/comparing";
import type { SideRow } from "../../model/types";
import css from "./Compare.module.css";

interface RowProps {
  row: SideRow;
  layout: "sides" | "unified";
  /** It belongs to the change that was jumped to. */
  current: boolean;
}

/** One line of the bodies, on both sides or in one column. */
export function RowView({ row, layout, current }: RowProps) {
  if (row.op === "skip") return <div className={css.skip}>{row.skipped} equal lines are left out here</div>;
  const isLeft = row.op === "remove" || row.op === "replace";
  const isRight = row.op === "add" || row.op === "replace";
  if (layout === "unified") {
    const [no, text, marks] = isLeft
      ? [row.leftNo, row.left, row.leftMarks]
      : [row.rightNo, row.right, row.rightMarks];
    const sign = isLeft ? "−" : isRight ? "+" : "";
    return (
      <div
        className={css.row}
        data-layout="unified"
        data-faint={row.faint || undefined}
        data-current={current || undefined}
      >
        <Cell
          no={no}
          text={text ?? row.left}
          marks={marks}
          tone={isLeft ? "del" : isRight ? "add" : "same"}
          sign={sign}
        />
      </div>
    );
  }
  return (
    <div className={css.row} data-faint={row.faint || undefined} data-current={current || undefined}>
      <Cell
        no={row.leftNo}
        text={row.left}
        marks={row.leftMarks}
        tone={isLeft ? "del" : row.op === "add" ? "gap" : "same"}
      />
      <Cell
        no={row.rightNo}
        text={row.right}
        marks={row.rightMarks}
        tone={isRight ? "add" : row.op === "remove" ? "gap" : "same"}
      />
    </div>
  );
}

interface CellProps {
  no: number | undefined;
  text: string | undefined;
  marks: [number, number][] | undefined;
  tone: "same" | "add" | "del" | "gap";
  sign?: string;
}

function Cell({ no, text = "", marks, tone, sign }: CellProps) {
  return (
    <div className={css.cell} data-tone={tone} title={text.length > 60 ? text : undefined}>
      <span className={css.no}>{no || ""}</span>
      {sign !== undefined && <span className={css.sign}>{sign}</span>}
      <span className={css.text}>
        {marked(text, marks).map((part, i) =>
          part.mark ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: stretches have no other identity
            <b key={i}>{part.text}</b>
          ) : (
            part.text
          ),
        )}
      </span>
    </div>
  );
}
