import { exampleUrl, readAddress } from "../../../model/setup";
import type { TargetDraft } from "../../../model/targets";
import { AddressHint, Field, Segmented, TextField } from "../../parts";
import css from "../Endpoints.module.css";
import { Rules } from "./Rules";

export interface TabProps {
  draft: TargetDraft;
  change(part: Partial<TargetDraft>): void;
  at(field: string): string | undefined;
}

/** Where it goes, and what of it. Suggested is its name when none is typed. */
export function GeneralTab({ draft, change, at, suggested }: TabProps & { suggested: string }) {
  const read = readAddress(draft.url);
  return (
    <>
      <TextField
        label="Name"
        error={at("name")}
        value={draft.name}
        placeholder={suggested || "local app"}
        first
        onChange={(name) => change({ name })}
      />
      <TextField
        label="URL"
        error={at("url")}
        hint={<AddressHint read={read} onUse={(url) => change({ url })} />}
        mono
        value={draft.url}
        placeholder="http://localhost:3000/webhooks"
        onChange={(url) => change({ url })}
      />
      <div className={css.mode}>
        <Segmented<TargetDraft["pathMode"]>
          label="Path"
          items={[
            { id: "append", label: "Append the rest of the path" },
            { id: "exact", label: "Use the URL as it is" },
            { id: "template", label: "Make a path" },
          ]}
          value={draft.pathMode}
          onChange={(pathMode) => change({ pathMode })}
        />
        {draft.pathMode === "template" ? (
          <TextField
            label="Path of the request sent"
            error={at("path")}
            hint="{path} is what followed the endpoint, {1} its first part, {endpoint} and {query.name} are values of the request."
            mono
            value={draft.path}
            placeholder="/hooks/{path}"
            onChange={(path) => change({ path })}
          />
        ) : (
          <p className={css.example}>
            <code>/stripe/hook?x=1</code> goes to <code>{exampleUrl(draft)}</code>
          </p>
        )}
        {draft.pathMode !== "exact" && (
          <label className={css.target}>
            <input
              type="checkbox"
              checked={draft.dropQuery}
              onChange={(e) => change({ dropQuery: e.currentTarget.checked })}
            />
            <span>Leave out the query</span>
          </label>
        )}
      </div>
      <TextField
        label="Only requests that match"
        error={at("filter")}
        hint="A filter, as above the list; empty is all. What you send by hand goes here in any case."
        mono
        value={draft.filter}
        placeholder="event:invoice.*"
        onChange={(filter) => change({ filter })}
      />
      <Field
        label="Header rules"
        error={at("headerRules")}
        hint="Applied to what is sent here; all other lines go as they came."
      >
        {() => <Rules rules={draft.rules} onChange={(rules) => change({ rules })} />}
      </Field>
      <label className={css.target}>
        <input
          type="checkbox"
          checked={draft.mark}
          onChange={(e) => change({ mark: e.currentTarget.checked })}
        />
        <span>
          Add the line <code>Creel-Delivery</code>
        </span>
        <span className={css.dim}>the same id at each try, and what stops loops</span>
      </label>
    </>
  );
}
