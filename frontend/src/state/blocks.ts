import type { Row } from "../model/types";

/** Rows in a block. */
export const BLOCK = 100;

interface Block {
  rows: (Row | undefined)[];
  used: number;
}

/**
 * Rows by ordinal, in blocks of 100. When there are more than `most` blocks
 * the ones that were not used for longest are dropped.
 */
export class Blocks {
  private blocks = new Map<number, Block>();
  private ordinals = new Map<number, number>();
  private clock = 0;

  constructor(private readonly most: number) {}

  at(ordinal: number): Row | undefined {
    return this.blocks.get(Math.floor(ordinal / BLOCK))?.rows[within(ordinal)];
  }

  ordinalOf(seq: number): number | undefined {
    return this.ordinals.get(seq);
  }

  put(ordinal: number, row: Row): void {
    const number = Math.floor(ordinal / BLOCK);
    let block = this.blocks.get(number);
    if (!block) {
      block = { rows: new Array<Row | undefined>(BLOCK), used: 0 };
      this.blocks.set(number, block);
    }
    block.used = ++this.clock;
    const before = block.rows[within(ordinal)];
    if (before && before.seq !== row.seq) this.ordinals.delete(before.seq);
    block.rows[within(ordinal)] = row;
    this.ordinals.set(row.seq, ordinal);
  }

  /** Whether every ordinal of [low, high), which lies in one block, is here; counts as use of the block. */
  whole(low: number, high: number): boolean {
    const block = this.blocks.get(Math.floor(low / BLOCK));
    if (!block) return false;
    block.used = ++this.clock;
    for (let o = low; o < high; o++) if (!block.rows[within(o)]) return false;
    return true;
  }

  evict(): void {
    const over = this.blocks.size - this.most;
    if (over <= 0) return;
    const oldest = [...this.blocks].sort((a, b) => a[1].used - b[1].used).slice(0, over);
    for (const [number, block] of oldest) {
      for (const row of block.rows) if (row) this.ordinals.delete(row.seq);
      this.blocks.delete(number);
    }
  }

  /** Drops the blocks with a row up to that seq: what is left there has moved. */
  dropUpTo(seq: number): void {
    for (const [number, block] of this.blocks) {
      if (!block.rows.some((row) => row && row.seq <= seq)) continue;
      for (const row of block.rows) if (row) this.ordinals.delete(row.seq);
      this.blocks.delete(number);
    }
  }

  clear(): void {
    this.blocks.clear();
    this.ordinals.clear();
  }
}

function within(ordinal: number): number {
  return ((ordinal % BLOCK) + BLOCK) % BLOCK;
}
