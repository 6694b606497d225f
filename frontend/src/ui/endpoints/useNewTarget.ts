import { useRef, useState } from "react";
import { type Address, readAddress, targetName } from "../../model/setup";
import { useDesk } from "../../state/desk";
import { useTargets } from "../../state/queries";
import { words } from "../../state/toasts";

export interface NewTarget {
  name: string;
  setName(name: string): void;
  url: string;
  setUrl(url: string): void;
  read: Address;
  error: string | undefined;
  /** Makes the target and returns its name; undefined when the door refused it. */
  add(): Promise<string | undefined>;
}

/** A target that is being typed. */
export function useNewTarget(): NewTarget {
  const desk = useDesk();
  const targets = useTargets().data ?? [];
  const [name, setName] = useState("");
  const [url, setUrl] = useState("");
  const [error, setError] = useState<string>();
  const read = readAddress(url);
  const adding = useRef<Promise<string | undefined>>(undefined);
  // Two presses in a row mean one target.
  const add = () => {
    adding.current ??= make().finally(() => {
      adding.current = undefined;
    });
    return adding.current;
  };
  const make = async () => {
    try {
      const known = name.trim() === "" ? targets.find((t) => t.url === read.url) : undefined;
      const made =
        known ??
        (await desk.door.addTarget({
          name: name.trim() || targetName(read.url, targets),
          url: read.url,
        }));
      await desk.queries.invalidateQueries({ queryKey: ["targets"] });
      setName("");
      setUrl("");
      setError(undefined);
      return made.name;
    } catch (reason) {
      setError(words(reason));
      return undefined;
    }
  };
  return { name, setName, url, setUrl, read, error, add };
}
