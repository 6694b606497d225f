import { CreelIcon } from "../parts";
import css from "./Shell.module.css";

/** The page was opened without the key that the program prints, or with an old one. */
export function NoKey() {
  return (
    <main className={css.locked}>
      <CreelIcon size={28} />
      <h1>This page needs its key</h1>
      <p>
        Creel lets only those in who have it. Open the address that <code>creel serve</code> prints, with
        everything behind the <code>#</code>; the key is new each time Creel starts.
      </p>
    </main>
  );
}

/** The page could not start at all. */
export function Stopped({ why }: { why: string }) {
  return (
    <main className={css.locked}>
      <CreelIcon size={28} />
      <h1>Creel’s page could not start</h1>
      <p>{why}. Close the window and start Creel again.</p>
    </main>
  );
}
