import { Menu } from "@mantine/core";
import type { ReactNode } from "react";
import { jsonTerm } from "../../../model/filtertext";
import { isContainer, type JsonDoc, pathOf, prettyJson, sourceOf } from "../../../model/json";
import { copyText } from "../../../model/jsontree";
import { useDesk } from "../../../state/desk";
import { narrow } from "../../../state/filters";
import { CopyIcon, FoldIcon, IconButton } from "../../parts";
import css from "./Body.module.css";
import { Tools } from "./Tools";
import type { Tree } from "./useTree";

interface TreeToolsProps {
  doc: JsonDoc;
  tree: Tree;
  place: HTMLElement | null;
  find: ReactNode;
  /** Whether the list can be filtered by what is in it. */
  filterable: boolean;
}

/** Path of the current value, what can be copied, folding, finding. */
export function TreeTools({ doc, tree, place, find, filterable }: TreeToolsProps) {
  const desk = useDesk();
  const { host, toasts } = desk;
  const path = pathOf(doc, tree.current);
  const { current } = tree;
  const term = filterable && !isContainer(doc, current) ? jsonTerm(path, sourceOf(doc, current)) : undefined;
  const copy = (make: () => string, said: string) => async () => {
    try {
      await host.copyText(make());
      toasts.show({ text: said });
    } catch (error) {
      toasts.fail(error);
    }
  };
  return (
    <Tools place={place}>
      <span className={css.path} title={path}>
        {/* Cut at the start: the end of a path tells most. */}
        <bdi>{path}</bdi>
      </span>
      {find}
      <Menu position="bottom-end" width={190} withinPortal>
        <Menu.Target>
          <IconButton label="Copy from the tree" icon={<CopyIcon />} />
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={copy(() => copyText(doc, tree.current), "Copied the value")}>Value</Menu.Item>
          <Menu.Item disabled={path === ""} onClick={copy(() => path, `Copied ${path}`)}>
            Path
          </Menu.Item>
          <Menu.Item onClick={copy(() => prettyJson(doc), "Copied the whole document")}>
            Whole document
          </Menu.Item>
          {filterable && (
            <>
              <Menu.Divider />
              <Menu.Item disabled={term === undefined} onClick={() => term && narrow(desk, term)}>
                Filter by this value
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <Menu position="bottom-end" width={190} withinPortal>
        <Menu.Target>
          <IconButton label="Expand or collapse" icon={<FoldIcon />} />
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={tree.openAll}>Expand all</Menu.Item>
          <Menu.Item onClick={tree.closeAll}>Collapse all</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Tools>
  );
}
