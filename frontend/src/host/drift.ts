// Compiles only while the door's shapes (schema.d.ts) can be used as the
// page's words (model/types.ts). Nothing here exists at run time.
import type * as s from "../model/signature";
import type * as t from "../model/types";
import type { components } from "./schema";

type Door = components["schemas"];

/** What the door answers must be what the page reads; what the page sends must be what the door takes. */
type Fits<From extends To, To> = From;

export type Answers = [
  Fits<Door["RowPage"], t.RowPage>,
  Fits<Door["Changes"], t.Changes>,
  Fits<Door["Detail"], t.Detail>,
  Fits<Door["Trash"], t.Trash>,
  Fits<Door["Delivery"], t.Delivery>,
  Fits<Door["AttemptDetail"], t.AttemptDetail>,
  Fits<Door["Comparison"], t.Comparison>,
  Fits<Door["Endpoint"], t.Endpoint>,
  Fits<Door["Target"], t.Target>,
  Fits<Door["Redriven"], t.Redriven>,
  Fits<Door["Sample"], t.Sample>,
  Fits<Door["SampleMessage"], t.SampleMessage>,
  Fits<Door["Settings"], t.Settings>,
  Fits<Door["Status"], t.Status>,
  Fits<Door["TLSStatus"], t.TlsStatus>,
  Fits<Door["Handshake"], t.Handshake>,
  Fits<Door["ReplyPreview"], t.ReplyPreview>,
  Fits<Door["Count"], t.Count>,
  Fits<Door["FilterCheck"], t.FilterCheck>,
  Fits<Door["FilterCompletion"], t.FilterCompletion>,
  Fits<Door["SavedFilter"], t.SavedFilter>,
  Fits<Door["Run"], t.Run>,
  Fits<Door["RunItem"], t.RunItem>,
  Fits<Door["SimulatedProvider"], t.SimulatedProvider>,
  Fits<Door["RequestVerdict"], s.Verdict>,
  Fits<Door["Signatures"], s.Signatures>,
  Fits<Door["TransformTried"], t.TransformTried>,
];

export type Inputs = [
  Fits<s.SigningInput, Door["VerdictTry"]>,
  Fits<s.SigningInput, Door["EndpointPatch"]>,
  Fits<t.MarksPatch, Door["MarksPatch"]>,
  Fits<t.ReplayRequest, Door["ReplayRequest"]>,
  Fits<t.CompareRequest, Door["CompareRequest"]>,
  Fits<t.EndpointInput, Door["EndpointInput"]>,
  Fits<Partial<t.EndpointInput>, Door["EndpointPatch"]>,
  Fits<t.Target, Door["Target"]>,
  Fits<t.RedriveRequest, Door["RedriveRequest"]>,
  Fits<Partial<t.Target>, Door["TargetPatch"]>,
  Fits<t.ReplyPreviewRequest, Door["ReplyPreviewRequest"]>,
  Fits<t.SettingsPatch, Door["SettingsPatch"]>,
  Fits<t.TlsRequest, Door["TLSRequest"]>,
  Fits<t.SavedFilter, Door["SavedFilter"]>,
  Fits<t.RunRequest, Door["RunRequest"]>,
  Fits<t.TransformTrial, Door["TransformTrial"]>,
];
