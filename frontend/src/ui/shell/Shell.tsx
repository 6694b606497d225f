import { useDesk } from "../../state/desk";
import { useStore } from "../../state/store";
import { Detail } from "../detail/Detail";
import { Features } from "./features";

/** The whole screen. */
export function Shell() {
  const { selection } = useDesk();
  const seq = useStore(selection.store, (s) => s.seq);
  return (
    <div>
      {seq !== undefined && <Detail seq={seq} key={seq} />}
      <Features />
    </div>
  );
}
