import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { addTerm, insertOffer, unitOf } from "../../model/filtertext";
import { filterOf } from "../../model/scope";
import { useActions } from "../../state/actions";
import { useDesk } from "../../state/desk";
import { useStore } from "../../state/store";
import { CloseIcon, IconButton, inputClass, SearchIcon } from "../parts";
import { Colours } from "./Colours";
import css from "./Filter.module.css";
import { FilterHelp } from "./FilterHelp";
import { OfferList } from "./OfferList";
import { useOffers } from "./useOffers";

const WAIT_MS = 160;

/** The filter box: applied while typing, at once by Enter; Escape closes the offers, then clears, then leaves. */
export function FilterBox({ onLeave }: { onLeave(): void }) {
  const desk = useDesk();
  const scope = useStore(desk.scope);
  const error = useStore(desk.list.view, (v) => v.error);
  const [text, setText] = useState(scope.text);
  const box = useRef<HTMLInputElement>(null);
  const colours = useRef<HTMLDivElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const { offers, ask, close, move, setActive } = useOffers();
  const id = useId();

  useEffect(() => {
    clearTimeout(timer.current);
    setText((now) => (now.trim() === scope.text.trim() ? now : scope.text));
  }, [scope.text]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const follow = () => {
    if (colours.current && box.current) colours.current.scrollLeft = box.current.scrollLeft;
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text may stand elsewhere in the box
  useEffect(() => {
    follow();
    // The box scrolls to the cursor only when it is drawn.
    const frame = requestAnimationFrame(follow);
    return () => cancelAnimationFrame(frame);
  }, [text]);

  useFilterActions(box);

  const apply = (to: string) => {
    clearTimeout(timer.current);
    if (to !== desk.scope.get().text) desk.setScope({ text: to });
  };
  const change = (to: string) => {
    setText(to);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => apply(to), WAIT_MS);
  };
  const clear = () => {
    close();
    setText("");
    apply("");
  };
  const take = (index: number) => {
    const input = box.current;
    const offer = offers?.items[index];
    if (!input || !offers || !offer) return;
    const after = insertOffer(text, offers.from, offers.to, offer.text);
    type(
      input,
      offers.from,
      offers.to,
      after.text.slice(offers.from, after.text.length - text.length + offers.to),
    );
    input.setSelectionRange(after.cursor, after.cursor);
    ask(after.text, after.cursor);
  };
  const takeExample = (term: string) => {
    const input = box.current;
    if (!input) return;
    input.focus();
    type(input, 0, input.value.length, addTerm(input.value, term));
    close();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    const at = event.currentTarget.selectionStart ?? text.length;
    const open = offers !== undefined;
    if (event.key === " " && event.ctrlKey) ask(text, at, true);
    else if (event.key === "ArrowDown" && event.altKey) ask(text, at, true);
    else if (event.key === "ArrowDown" && open) move(1);
    else if (event.key === "ArrowUp" && open) move(-1);
    else if (event.key === "Enter" && open && offers.active >= 0) take(offers.active);
    else if (event.key === "Tab" && !event.shiftKey && open && (offers.active >= 0 || offers.begun))
      take(Math.max(0, offers.active));
    else if (event.key === "Enter") {
      close();
      apply(text);
      onLeave();
    } else if (event.key === "ArrowDown") onLeave();
    else if (event.key === "Escape") {
      if (open) close();
      else if (text === "") onLeave();
      else clear();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const bad = error?.kind === "invalid" ? error : undefined;
  const { offset } = filterOf(scope);
  const column = bad && bad.column > 0 ? bad.column - offset : 0;
  // While something can still come at the end, its absence is no fault.
  const unfinished = bad !== undefined && offers !== undefined && column > Array.from(text).length;
  const inText = bad !== undefined && column > 0 && column <= text.length + 1;
  // The fault is that of the text that was asked for, which may be an older one.
  const fault = inText && scope.text === text && !unfinished ? unitOf(text, column) : undefined;
  return (
    <search className={css.filter}>
      <div className={css.box} data-filled={text !== "" || undefined}>
        <Colours text={text} fault={fault} place={colours} />
        <SearchIcon size={14} />
        <input
          ref={box}
          className={inputClass}
          role="combobox"
          aria-label="Filter"
          aria-autocomplete="list"
          aria-expanded={offers !== undefined}
          aria-controls={offers && `${id}-offers`}
          aria-activedescendant={offers && offers.active >= 0 ? `${id}-offers-${offers.active}` : undefined}
          aria-invalid={bad && !unfinished ? true : undefined}
          aria-describedby={bad && !unfinished ? "filter-error" : undefined}
          placeholder="Filter: words, event:push, status:>=400"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            change(event.target.value);
            ask(event.target.value, event.target.selectionStart ?? event.target.value.length);
          }}
          onKeyDown={onKeyDown}
          onScroll={follow}
          onClick={close}
          onBlur={close}
        />
        <div className={css.buttons}>
          {text !== "" && (
            <IconButton
              label="Clear the filter"
              kbd="Esc"
              icon={<CloseIcon size={14} />}
              onClick={() => {
                clear();
                box.current?.focus();
              }}
            />
          )}
          <FilterHelp onTake={takeExample} />
        </div>
      </div>
      <div className={css.below} data-offers={offers !== undefined || undefined}>
        {offers && <OfferList id={`${id}-offers`} offers={offers} onTake={take} onActive={setActive} />}
        {error && !unfinished && (
          <div className={css.error} id="filter-error" role="alert">
            {inText && `Column ${column}: `}
            {error.message}
          </div>
        )}
      </div>
    </search>
  );
}

/** Replaces a stretch of the box as typing would, so that undo takes it back. */
function type(input: HTMLInputElement, from: number, to: number, text: string): void {
  input.setSelectionRange(from, to);
  if (!document.execCommand("insertText", false, text)) {
    input.setRangeText(text, from, to, "end");
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function useFilterActions(box: { current: HTMLInputElement | null }): void {
  const desk = useDesk();
  useActions(
    () => [
      {
        id: "list.filter",
        title: "Filter the list",
        group: "List",
        keys: ["/", "mod+f"],
        words: "search find",
        run: () => {
          box.current?.focus();
          box.current?.select();
        },
      },
      {
        id: "list.filter.clear",
        title: "Clear the filter",
        group: "List",
        enabled: () => desk.scope.get().text !== "",
        run: () => desk.setScope({ text: "" }),
      },
    ],
    [desk],
  );
}
