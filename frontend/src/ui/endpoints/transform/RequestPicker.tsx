import { useId, useState } from "react";
import { titleOf } from "../../../model/format";
import type { Row } from "../../../model/types";
import { inputClass } from "../../parts";
import css from "./Transform.module.css";

/** Chooses the request that a transform is tried on: one of the newest, or any by its number. */
export function RequestPicker({
  recent,
  value,
  onChange,
}: {
  recent: Row[];
  value: number | undefined;
  onChange(seq: number): void;
}) {
  const id = useId();
  const [typed, setTyped] = useState<string>();
  const listed = recent.some((row) => row.seq === value);
  const choose = (text: string) => {
    setTyped(text);
    const seq = Number(text);
    if (Number.isInteger(seq) && seq > 0) onChange(seq);
  };
  return (
    <div className={css.picker}>
      <label htmlFor={`${id}-recent`}>Try it on</label>
      <select
        id={`${id}-recent`}
        className={inputClass}
        value={listed ? value : ""}
        onChange={(e) => {
          setTyped(undefined);
          onChange(Number(e.currentTarget.value));
        }}
      >
        {!listed && <option value="">{value === undefined ? "No request yet" : `Request ${value}`}</option>}
        {recent.map((row) => (
          <option key={row.seq} value={row.seq}>
            {row.seq} · {titleOf(row)} · {row.endpoint}
          </option>
        ))}
      </select>
      <label htmlFor={`${id}-number`}>or number</label>
      <input
        id={`${id}-number`}
        className={inputClass}
        inputMode="numeric"
        value={typed ?? value ?? ""}
        onChange={(e) => choose(e.currentTarget.value.trim())}
      />
    </div>
  );
}
