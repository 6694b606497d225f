import { useElementSize } from "@mantine/hooks";
import { bytes as size } from "../../../model/format";
import { hexDump, hexLine, hexLines } from "../../../model/hex";
import { useDesk } from "../../../state/desk";
import { CopyButton, VirtualList } from "../../parts";
import detail from "../Detail.module.css";
import css from "./Body.module.css";
import { Tools } from "./Tools";

const MOST_COPIED = 256 * 1024;
/** In a pane narrower than this, in px, a line has half the bytes. */
const NARROW = 660;

/** Any bytes, sixteen a line where there is room. */
export function HexView({ bytes, tools }: { bytes: Uint8Array; tools: HTMLElement | null }) {
  const { host, toasts } = useDesk();
  const { ref, width } = useElementSize();
  const wide = width === 0 || width >= NARROW ? 16 : 8;
  const copy = async () => {
    await host.copyText(hexDump(bytes, MOST_COPIED));
    if (bytes.length > MOST_COPIED) toasts.show({ text: `Copied the first ${size(MOST_COPIED)} as hex` });
  };
  return (
    <>
      <Tools place={tools}>
        <CopyButton small label="Copy hex" onCopy={copy} />
      </Tools>
      <div className={detail.view} ref={ref}>
        <VirtualList
          className={css.hex}
          role="document"
          aria-label="Bytes"
          tabIndex={0}
          count={hexLines(bytes.length, wide)}
          rowHeight={20}
          row={(i) => {
            const line = hexLine(bytes, i, wide);
            return (
              <div className={css.hexLine}>
                <span className={css.hexOffset}>{line.offset}</span>
                <span>{line.hex.padEnd(wide * 3)}</span>
                <span className={css.hexText}>{line.ascii}</span>
              </div>
            );
          }}
        />
      </div>
    </>
  );
}
