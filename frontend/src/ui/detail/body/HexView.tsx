import { bytes as size } from "../../../model/format";
import { hexDump, hexLine, hexLines } from "../../../model/hex";
import { useDesk } from "../../../state/desk";
import { CopyButton, VirtualList } from "../../parts";
import css from "./Body.module.css";
import { Tools } from "./Tools";

const MOST_COPIED = 256 * 1024;

/** Any bytes, sixteen a line. */
export function HexView({ bytes, tools }: { bytes: Uint8Array; tools: HTMLElement | null }) {
  const { host, toasts } = useDesk();
  const copy = async () => {
    await host.copyText(hexDump(bytes, MOST_COPIED));
    if (bytes.length > MOST_COPIED) toasts.show({ text: `Copied the first ${size(MOST_COPIED)} as hex` });
  };
  return (
    <>
      <Tools place={tools}>
        <CopyButton small label="Copy hex" onCopy={copy} />
      </Tools>
      <VirtualList
        className={css.hex}
        role="document"
        aria-label="Bytes"
        tabIndex={0}
        count={hexLines(bytes.length)}
        rowHeight={20}
        row={(i) => {
          const line = hexLine(bytes, i);
          return (
            <div className={css.hexLine}>
              <span className={css.hexOffset}>{line.offset}</span>
              <span>{line.hex.padEnd(48)}</span>
              <span className={css.hexText}>{line.ascii}</span>
            </div>
          );
        }}
      />
    </>
  );
}
