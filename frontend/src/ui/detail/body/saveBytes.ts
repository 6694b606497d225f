/** Offers bytes of the page as a file, by a link that is clicked for the person. */
export function saveBytes(bytes: Uint8Array, name: string): void {
  const url = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has taken its reference by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
