import { useEffect, useMemo, useState } from "react";
import { count } from "../../../model/format";
import { type ImageType, imageSize } from "../../../model/sniff";
import detail from "../Detail.module.css";
import css from "./Body.module.css";

/** More pixels than this are not unpacked: a small file can ask for gigabytes. */
const MOST_PIXELS = 50_000_000;

/** A picture, drawn from memory; nothing is fetched. */
export function ImageView({ bytes, type }: { bytes: Uint8Array<ArrayBuffer>; type: ImageType }) {
  const measure = useMemo(() => imageSize(bytes, type), [bytes, type]);
  const [url, setUrl] = useState<string>();
  const [broken, setBroken] = useState(false);
  const fits = measure !== undefined && measure.width * measure.height <= MOST_PIXELS;
  useEffect(() => {
    if (!fits) return;
    const made = URL.createObjectURL(new Blob([bytes], { type }));
    setUrl(made);
    return () => {
      setUrl(undefined);
      URL.revokeObjectURL(made);
    };
  }, [bytes, type, fits]);
  const name = type.slice(6).toUpperCase();
  if (!measure || broken)
    return <p className={detail.quietEmpty}>The bytes begin like {name} but are no whole picture.</p>;
  const words = `${name}, ${count(measure.width)} × ${count(measure.height)} px`;
  if (!fits)
    return <p className={detail.quietEmpty}>{words}: too many pixels to draw. Download it instead.</p>;
  return (
    <figure className={css.image}>
      {url && <img src={url} alt={`The body, ${words}`} onError={() => setBroken(true)} />}
      <figcaption>{words}</figcaption>
    </figure>
  );
}
