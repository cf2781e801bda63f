// Short names for the shapes of the API; schema.d.ts is generated from the server's own description.
import type { components } from './schema'

type Schemas = components['schemas']

export type CallRecord = Schemas['Call']
export type EventRecord = Schemas['Event']
export type SpanRecord = Schemas['Span']
export type LinkRecord = Schemas['Link']
export type SignalRecord = Schemas['Signal']
export type SessionRecord = Schemas['Session']
export type Timeline = Schemas['SessionOutput']
export type RequestAnswer = Schemas['CallOutput']
export type CallsSummary = Schemas['CallsOutput']
export type EndpointStats = Schemas['EndpointRow']
export type EndpointAnswer = Schemas['EndpointOutput']
export type HeatmapAnswer = Schemas['HeatmapOutput']
export type Caller = Schemas['Caller']
export type SeriesQuestion = Schemas['SeriesBody']
export type SeriesAnswer = Schemas['SeriesOutput']
export type BreakdownQuestion = Schemas['BreakdownBody']
export type Quality = Schemas['Quality']
export type Hit = Schemas['Hit']
export type FieldInfo = Schemas['FieldInfo']
