import { Component, type ErrorInfo, type ReactNode, useEffect, useRef } from "react";
import { useDesk } from "../../state/desk";
import type { DialogName } from "../../state/dialogs";
import { useStore } from "../../state/store";
import { words } from "../../state/toasts";
import { Button, CopyButton, Dialog } from "../parts";
import css from "./Shell.module.css";

/** What went wrong while something was drawn. */
interface Failure {
  error: unknown;
  /** The components it happened in, innermost first; empty until React tells. */
  where: string;
}

interface GuardProps {
  /** When it changes, what failed is tried again. */
  about?: unknown;
  fallback(failure: Failure, again: () => void): ReactNode;
  children: ReactNode;
}

/** Draws the fallback in place of children that throw; everything around them stays. */
class Guard extends Component<GuardProps, { failure?: Failure | undefined }> {
  override state: { failure?: Failure | undefined } = {};

  static getDerivedStateFromError(error: unknown) {
    return { failure: { error, where: "" } };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo) {
    this.setState({ failure: { error, where: info.componentStack ?? "" } });
  }

  override componentDidUpdate(before: GuardProps) {
    if (this.state.failure && before.about !== this.props.about) this.again();
  }

  again = () => this.setState({ failure: undefined });

  override render() {
    const { failure } = this.state;
    return failure ? this.props.fallback(failure, this.again) : this.props.children;
  }
}

interface PaneGuardProps {
  /** What is shown here, as the subject of a sentence: "The list". */
  what: string;
  about?: unknown;
  /** Takes one line, where the pane is a bar. */
  bar?: boolean;
  children: ReactNode;
}

/** Keeps a fault of one pane in that pane. */
export function PaneGuard({ what, about, bar, children }: PaneGuardProps) {
  return (
    <Guard
      about={about}
      fallback={(failure, again) => (
        <section
          className={bar ? css.faultBar : css.fault}
          role="alert"
          aria-label={`${what} cannot be shown`}
        >
          <h2>{what} cannot be shown</h2>
          {!bar && <Account failure={failure} />}
          <div className={css.stepRow}>
            <ShowAgain again={again} />
            <CopyDetails failure={failure} />
          </div>
        </section>
      )}
    >
      {children}
    </Guard>
  );
}

/** Keeps a fault of one room's dialogs in a dialog; whoever closes it goes on working. */
export function DialogGuard({ names, children }: { names: readonly DialogName[]; children: ReactNode }) {
  const { dialogs } = useDesk();
  const open = useStore(dialogs.store, (d) => (d && names.includes(d.name) ? d : undefined));
  return (
    <Guard
      about={open}
      fallback={(failure, again) =>
        open && (
          <Dialog
            open
            onClose={dialogs.close}
            title="This dialog cannot be shown"
            size={480}
            footer={
              <>
                <CopyDetails failure={failure} />
                <Button onClick={dialogs.close}>Close</Button>
                <ShowAgain again={again} />
              </>
            }
          >
            <Account failure={failure} />
          </Dialog>
        )
      }
    >
      {children}
    </Guard>
  );
}

function Account({ failure }: { failure: Failure }) {
  return (
    <>
      <p>This is a fault in Creel’s window. Requests are still caught, and nothing that is kept is lost.</p>
      <p className={css.faultText}>{words(failure.error)}</p>
    </>
  );
}

/** Tries again at once without what only the failed part was reading, and with all else when it is read anew. */
function ShowAgain({ again }: { again: () => void }) {
  const { queries } = useDesk();
  const button = useRef<HTMLButtonElement>(null);
  // What had the focus is gone with the part that failed.
  useEffect(() => {
    if (document.activeElement === null || document.activeElement === document.body) button.current?.focus();
  }, []);
  return (
    <Button
      ref={button}
      look="primary"
      data-autofocus
      onClick={() => {
        queries.removeQueries({ type: "inactive" });
        again();
        void queries.invalidateQueries().then(again);
      }}
    >
      Show again
    </Button>
  );
}

function CopyDetails({ failure }: { failure: Failure }) {
  const { host } = useDesk();
  return <CopyButton label="Copy details" onCopy={() => host.copyText(details(failure))} />;
}

/** What a maintainer needs: the error, where in the page, and which page. */
export function details({ error, where }: Failure): string {
  const stack = error instanceof Error ? (error.stack ?? words(error)) : words(error);
  return [stack, `In:\n${where.trim()}`, navigator.userAgent].join("\n\n");
}
