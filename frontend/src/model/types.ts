// The words of DESIGN section 1 as the page knows them; the same shapes as the
// door's (backend/api/dto*.go). The generated types (host/schema.d.ts) must be
// assignable to these: host/door.ts is where the compiler checks it. Times are
// RFC 3339 UTC strings with microseconds; sizes and durations carry their unit
// in the name.

export * from "./door/comparing";
export * from "./door/history";
export * from "./door/program";
export * from "./door/runs";
export * from "./door/sending";
export * from "./door/setup";
export * from "./door/transforms";
